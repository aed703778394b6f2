// Contents as the API shows them, and requests as it takes them. The shapes are api/openapi.yaml's.
#pragma once

#include <optional>
#include <string>

#include <boost/json/value.hpp>

#include "platform/http/message.h"
#include "services/content/app/media_links.h"
#include "services/content/app/uploads.h"
#include "services/content/domain/contents.h"

namespace descant::content::http {

namespace web = descant::http;

// In `memory`, if given, which has to outlive the value: many small values in one block.
boost::json::value ToJson(const domain::Content& content, const app::MediaLinks& links,
                          boost::json::storage_ptr memory = {});
// The same, written out.
std::string ToText(const domain::Content& content, const app::MediaLinks& links);
// What leads to the page that follows this content.
std::string CursorOf(domain::ContentId last);
boost::json::value ToJson(const app::UploadTicket& ticket);
boost::json::value ToJson(const storage::PlaybackGrant& grant);

// All throw Error kUnprocessable `validation_failed`, and what Request::Json throws.
domain::ContentDraft ParseDraft(const web::Request& request);
domain::ContentPatch ParsePatch(const web::Request& request);
domain::UploadOffer ParseOffer(const web::Request& request);
struct UploadedMedia {
  std::string key;
  std::optional<app::SentParts> parts;
};
UploadedMedia ParseMedia(const web::Request& request);
// The bytes that are said to be a JPEG.
std::string ParseCover(const web::Request& request);
// Of the query; its limit is the page's.
domain::Listing ParseListing(const web::Request& request);
// The state that the query asks for.
std::optional<domain::State> ParseState(const web::Request& request);
// Whose contents the query asks for.
std::optional<domain::UserId> ParseOwner(const web::Request& request);
// The {id} of the path. Throws Error kNotFound `content_not_found` for what is no id.
domain::ContentId ParseId(const web::Request& request);

}  // namespace descant::content::http
