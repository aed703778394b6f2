#include "services/content/http/content_json.h"

#include <algorithm>
#include <charconv>

#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "platform/base/utf8.h"
#include "platform/http/fields.h"
#include "platform/token/crypto.h"

namespace descant::content::http {

namespace {

namespace json = boost::json;

constexpr web::TextRules kTitle{.min = 1, .max = 200};
constexpr web::TextRules kDescription{.max = 5000, .multiline = true};
// The limit that counts is the service's, and is told as such.
constexpr std::int64_t kAnySize = std::int64_t{1} << 50;
constexpr std::size_t kMaxParts = 10'000;
constexpr std::size_t kDefaultLimit = 20;
constexpr std::size_t kMaxLimit = domain::kLongestListing - 1;
constexpr std::size_t kMaxQuery = 200;  // characters

template <class T>
json::value OrNull(const std::optional<T>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}
json::value OrNull(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}
json::value OrNull(std::int64_t number) { return number == 0 ? json::value(nullptr) : json::value(number); }

json::value TagsJson(const domain::Tags& tags) {
  if (tags == domain::Tags{}) return nullptr;
  return {{"title", OrNull(tags.title)}, {"artist", OrNull(tags.artist)},
          {"album", OrNull(tags.album)}, {"album_artist", OrNull(tags.album_artist)},
          {"genre", OrNull(tags.genre)}, {"date", OrNull(tags.date)},
          {"track", OrNull(tags.track)}, {"tracks", OrNull(tags.tracks)},
          {"disc", OrNull(tags.disc)},   {"discs", OrNull(tags.discs)}};
}

json::value GaplessJson(const std::optional<domain::Gapless>& gapless) {
  if (!gapless) return nullptr;
  return {{"sample_rate", gapless->sample_rate},
          {"delay", gapless->delay},
          {"padding", gapless->padding},
          {"samples", gapless->samples}};
}

json::value CoverJson(const domain::Content& content, const app::MediaLinks& links) {
  const bool chosen = content.cover_key.has_value();
  const std::string& large = chosen ? *content.cover_key : content.media->cover_large_key;
  const std::string& small = chosen ? *content.cover_key : content.media->cover_small_key;
  if (large.empty() || small.empty()) return nullptr;
  return {{"large_url", links.To(large)}, {"small_url", links.To(small)}, {"chosen", chosen}};
}

json::value MediaJson(const domain::Content& content, const app::MediaLinks& links,
                      const json::storage_ptr& memory) {
  if (!content.media) return nullptr;
  json::array renditions(memory);
  for (const domain::Rendition& rendition : content.media->renditions) {
    json::object item({{"codec", rendition.codec},
                       {"bandwidth", rendition.bandwidth},
                       {"width", nullptr},
                       {"height", nullptr},
                       {"frame_rate", nullptr}},
                      memory);
    if (rendition.width > 0) {
      item["width"] = rendition.width;
      item["height"] = rendition.height;
      item["frame_rate"] = rendition.frame_rate;
    }
    renditions.push_back(std::move(item));
  }
  return json::value({{"kind", domain::Word(domain::kMediaKinds, content.media->kind)},
                      {"duration_ms", content.media->duration_ms},
                      {"damaged", content.media->damaged},
                      {"renditions", std::move(renditions)},
                      {"loudness_lufs", OrNull(content.media->loudness_lufs)},
                      {"loudness_range_lu", OrNull(content.media->loudness_range_lu)},
                      {"true_peak_dbtp", OrNull(content.media->true_peak_dbtp)},
                      {"gapless", GaplessJson(content.media->gapless)},
                      {"tags", TagsJson(content.media->tags)},
                      {"cover", CoverJson(content, links)},
                      {"waveform_url", OrNull(links.To(content.media->waveform_key))},
                      {"poster_url", OrNull(links.To(content.media->poster_key))},
                      {"thumbnails_url", OrNull(links.To(content.media->thumbnails_key))},
                      {"key", content.media_key.value_or("")}},
                     memory);
}

std::optional<domain::ContentId> FromCursor(const std::string& cursor) {
  const auto bytes = token::Base64UrlDecode(cursor);
  const auto uuid = bytes ? Uuid::FromBytes(*bytes) : std::nullopt;
  return uuid ? std::optional<domain::ContentId>(*uuid) : std::nullopt;
}

[[noreturn]] void Reject(std::string name, std::string code, std::string detail) {
  throw Error(ErrorKind::kUnprocessable, "validation_failed", "Some of what was sent is not acceptable.")
      .WithFields({{std::move(name), std::move(code), std::move(detail)}});
}

template <class Enum>
std::optional<Enum> QueryWord(const web::Request& request, const char* name,
                              const std::vector<std::string_view>& words) {
  const auto value = request.QueryValue(name);
  if (!value) return std::nullopt;
  if (std::ranges::find(words, *value) == words.end()) Reject(name, "invalid", "There is no such value.");
  return domain::FromWord<Enum>(words, *value);
}

std::size_t QueryLimit(const web::Request& request) {
  const auto value = request.QueryValue("limit");
  if (!value) return kDefaultLimit;
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), limit);
  if (error != std::errc() || end != value->data() + value->size() || limit < 1 || limit > kMaxLimit) {
    Reject("limit", "out_of_range", "This has to be from 1 to 100.");
  }
  return limit;
}

}  // namespace

json::value ToJson(const domain::Content& content, const app::MediaLinks& links, json::storage_ptr memory) {
  json::object object({{"id", content.id.ToString()},
                       {"title", content.title},
                       {"description", content.description},
                       {"type", domain::Word(domain::kContentTypes, content.type)},
                       {"visibility", domain::Word(domain::kVisibilities, content.visibility)},
                       {"state", domain::Word(domain::kStates, content.state)},
                       {"playable", content.playable()},
                       {"owner", {{"id", content.owner.id.ToString()}, {"name", content.owner.name}}},
                       {"progress", nullptr},
                       {"failure", nullptr},
                       {"media", MediaJson(content, links, memory)},
                       {"created_at", FormatRfc3339(content.created_at)},
                       {"modified_at", FormatRfc3339(content.modified_at)}},
                      memory);
  if (content.progress) {
    object["progress"] = {{"fraction", content.progress->fraction},
                          {"speed", content.progress->speed},
                          {"eta_seconds", content.progress->eta_seconds}};
  }
  if (content.failure)
    object["failure"] = {{"code", content.failure->code}, {"detail", content.failure->detail}};
  return object;
}

std::string ToText(const domain::Content& content, const app::MediaLinks& links) {
  unsigned char buffer[8 * 1024];  // enough for most, so that it costs few allocations
  json::monotonic_resource memory(buffer, sizeof buffer);
  return json::serialize(ToJson(content, links, &memory));
}

std::string CursorOf(domain::ContentId last) {
  const auto& bytes = last.uuid().bytes();
  return token::Base64UrlEncode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

namespace {

json::object Headers(const storage::UploadGrant& grant) {
  json::object headers;
  for (const auto& [name, value] : grant.headers) headers[name] = value;
  return headers;
}

json::object ToJson(const app::UploadInParts& upload) {
  json::array parts;
  for (const app::UploadPart& part : upload.parts) {
    json::object item{{"number", part.number}, {"size", part.size}};
    if (part.etag.empty()) {
      item["url"] = part.grant.url;
    } else {
      item["etag"] = part.etag;
    }
    parts.push_back(std::move(item));
  }
  return {{"upload_id", upload.id}, {"part_size", upload.part_size}, {"parts", std::move(parts)}};
}

}  // namespace

json::value ToJson(const app::UploadTicket& ticket) {
  json::object body{{"key", ticket.key}, {"expires_at", FormatRfc3339(ticket.expires_at)}};
  if (ticket.multipart) {
    body["multipart"] = ToJson(*ticket.multipart);
  } else {
    body["method"] = "PUT";
    body["url"] = ticket.grant.url;
    body["headers"] = Headers(ticket.grant);
  }
  return body;
}

json::value ToJson(const storage::PlaybackGrant& grant) {
  return {{"url", grant.url}, {"expires_at", FormatRfc3339(grant.expires_at)}};
}

domain::ContentDraft ParseDraft(const web::Request& request) {
  web::FieldReader fields(request.Json());
  domain::ContentDraft draft{
      .title = fields.Text("title", kTitle),
      .description = fields.OptionalText("description", kDescription).value_or(""),
      .type = static_cast<domain::ContentType>(fields.OneOf("type", domain::kContentTypes)),
      .visibility = static_cast<domain::Visibility>(
          fields.OptionalOneOf("visibility", domain::kVisibilities)
              .value_or(static_cast<std::size_t>(domain::Visibility::kPrivate)))};
  fields.Finish();
  return draft;
}

domain::ContentPatch ParsePatch(const web::Request& request) {
  web::FieldReader fields(request.Json());
  domain::ContentPatch patch{.title = fields.OptionalText("title", kTitle),
                             .description = fields.OptionalText("description", kDescription)};
  if (const auto visibility = fields.OptionalOneOf("visibility", domain::kVisibilities)) {
    patch.visibility = static_cast<domain::Visibility>(*visibility);
  }
  if (const auto type = fields.OptionalOneOf("type", domain::kContentTypes)) {
    patch.type = static_cast<domain::ContentType>(*type);
  }
  fields.Finish();
  return patch;
}

domain::UploadOffer ParseOffer(const web::Request& request) {
  web::FieldReader fields(request.Json());
  domain::UploadOffer offer{.filename = fields.Text("filename", {.min = 1, .max = 255}),
                            .size = fields.Integer("size", 0, kAnySize),
                            .content_type = fields.Text("content_type", {.min = 3, .max = 100})};
  fields.Finish();
  return offer;
}

UploadedMedia ParseMedia(const web::Request& request) {
  web::FieldReader fields(request.Json());
  UploadedMedia media{.key = fields.Text("key", {.min = 1, .max = 512, .verbatim = true})};
  if (fields.Has("multipart")) {
    web::FieldReader inner = fields.Object("multipart");
    app::SentParts sent{.upload_id = inner.Text("upload_id", {.min = 1, .max = 1024, .verbatim = true})};
    for (web::FieldReader& part : inner.Objects("parts", kMaxParts)) {
      sent.parts.push_back({.number = static_cast<int>(part.Integer("number", 1, kMaxParts)),
                            .etag = part.OptionalText("etag", {.max = 200, .verbatim = true}).value_or("")});
      inner.Adopt(part);
    }
    fields.Adopt(inner);
    media.parts = std::move(sent);
  }
  fields.Finish();
  return media;
}

std::string ParseCover(const web::Request& request) {
  web::FieldReader fields(request.Json());
  const std::string encoded = fields.Text("jpeg", {.min = 1, .max = request.body.size(), .verbatim = true});
  fields.Finish();
  const auto jpeg = token::Base64UrlDecode(encoded);
  if (!jpeg) Reject("jpeg", "invalid", "This has to be in base64url (RFC 4648), without padding.");
  return *jpeg;
}

domain::Listing ParseListing(const web::Request& request) {
  domain::Listing listing{.type = QueryWord<domain::ContentType>(request, "type", domain::kContentTypes),
                          .text = request.QueryValue("q"),
                          .limit = QueryLimit(request)};
  if (listing.text && listing.text->empty()) listing.text.reset();
  if (listing.text && CountCodePoints(*listing.text) > kMaxQuery)
    Reject("q", "too_long", "This may have at most 200 characters.");
  if (const auto cursor = request.QueryValue("cursor")) {
    listing.before = FromCursor(*cursor);
    if (!listing.before) Reject("cursor", "invalid_cursor", "This is no cursor of an earlier page.");
  }
  return listing;
}

std::optional<domain::State> ParseState(const web::Request& request) {
  return QueryWord<domain::State>(request, "state", domain::kStates);
}

std::optional<domain::UserId> ParseOwner(const web::Request& request) {
  const auto value = request.QueryValue("owner");
  if (!value) return std::nullopt;
  const auto owner = domain::UserId::Parse(*value);
  if (!owner) Reject("owner", "invalid", "This is no id of a user.");
  return owner;
}

domain::ContentId ParseId(const web::Request& request) {
  const auto id = domain::ContentId::Parse(request.Parameter("id"));
  if (!id) throw domain::ContentNotFound();
  return *id;
}

}  // namespace descant::content::http
