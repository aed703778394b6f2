#include "services/content/app/uploads.h"

#include <algorithm>

#include "platform/base/error.h"
#include "platform/token/crypto.h"

namespace descant::content::app {

namespace {

constexpr std::size_t kKeyBytes = 24;  // of randomness

void RequireSize(std::int64_t size, std::int64_t max_bytes) {
  if (size <= max_bytes) return;
  throw Error(ErrorKind::kTooLarge, "upload_too_large",
              "A file may have at most " + std::to_string(max_bytes) + " bytes.");
}

void RequireNoConversion(const domain::Content& content) {
  if (!content.converting()) return;
  throw Error(ErrorKind::kConflict, "conversion_in_progress",
              "A conversion of this content is not over yet.");
}

[[noreturn]] void Incomplete(const std::string& detail) {
  throw Error(ErrorKind::kConflict, "upload_incomplete", detail);
}

// Storage answers an ETag in quotes, and clients pass it on as they like.
std::string_view Unquoted(std::string_view etag) {
  const bool quoted = etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"');
  return quoted ? etag.substr(1, etag.size() - 2) : etag;
}

// What is there is the truth; what the client says may not contradict it.
void RequireAll(const domain::PartPlan& plan, const std::vector<storage::Part>& there,
                const std::vector<SentPart>& sent) {
  for (int number = 1; number <= plan.count; ++number) {
    const auto found = std::ranges::find(there, number, &storage::Part::number);
    if (found == there.end()) Incomplete("Part " + std::to_string(number) + " has not been uploaded.");
    if (found->size != plan.SizeOf(number))
      Incomplete("Part " + std::to_string(number) + " has another size.");
    const auto said = std::ranges::find(sent, number, &SentPart::number);
    if (said != sent.end() && !said->etag.empty() && Unquoted(said->etag) != found->etag) {
      Incomplete("Part " + std::to_string(number) + " is another one in storage.");
    }
  }
}

}  // namespace

awaitable<UploadTicket> Uploads::Begin(domain::ContentId id, domain::UserId owner, domain::UploadOffer offer,
                                       std::string origin) {
  co_await catalog_.GetOwn(id, owner);
  RequireSize(offer.size, limits_.max_bytes);
  if (!domain::IsUploadType(offer.content_type)) {
    throw Error(ErrorKind::kUnsupportedMedia, "unsupported_upload_type",
                "Only audio and video files can be uploaded.");
  }
  co_await contents_.NoteUpload(id);
  const std::string unguessable = domain::UploadPrefix(id) + token::HexEncode(token::RandomBytes(kKeyBytes));
  if (const auto plan = domain::PlanParts(offer.size)) {
    std::string key = domain::KeyOfParts(unguessable, offer.size);
    std::string upload_id = co_await storage_.Parts().Begin(key, std::move(offer.content_type));
    co_return InParts(std::move(key), std::move(upload_id), *plan, {}, origin);
  }
  UploadTicket ticket{.key = unguessable};
  ticket.grant = storage_.SignUpload({.key = ticket.key,
                                      .size = offer.size,
                                      .content_type = offer.content_type,
                                      .lifetime = limits_.grant_lifetime,
                                      .origin = std::move(origin)});
  ticket.expires_at = ticket.grant.expires_at;
  co_return ticket;
}

UploadTicket Uploads::InParts(std::string key, std::string upload_id, const domain::PartPlan& plan,
                              const std::vector<storage::Part>& there, const std::string& origin) const {
  UploadTicket ticket{.key = std::move(key), .expires_at = Now() + limits_.parts_lifetime};
  UploadInParts& upload = ticket.multipart.emplace(std::move(upload_id), plan.part_size);
  for (int number = 1; number <= plan.count; ++number) {
    UploadPart part{.number = number, .size = plan.SizeOf(number)};
    const auto found = std::ranges::find(there, number, &storage::Part::number);
    if (found != there.end() && found->size == part.size) {
      part.etag = found->etag;
    } else {
      part.grant = storage_.Parts().Sign({.key = ticket.key,
                                          .upload_id = upload.id,
                                          .number = number,
                                          .size = part.size,
                                          .lifetime = limits_.parts_lifetime,
                                          .origin = origin});
      ticket.expires_at = std::min(ticket.expires_at, part.grant.expires_at);
    }
    upload.parts.push_back(std::move(part));
  }
  return ticket;
}

awaitable<UploadTicket> Uploads::Resume(domain::ContentId id, domain::UserId owner, std::string origin) {
  co_await catalog_.GetOwn(id, owner);
  std::vector<storage::UnfinishedUpload> uploads =
      co_await storage_.Parts().Unfinished(domain::UploadPrefix(id));
  std::erase_if(uploads, [&id](const storage::UnfinishedUpload& upload) {
    return !domain::IsUploadKeyOf(id, upload.key) || !domain::PlanOfKey(upload.key);
  });
  const auto newest = std::ranges::max_element(uploads, {}, &storage::UnfinishedUpload::begun_at);
  if (newest == uploads.end()) {
    throw Error(ErrorKind::kNotFound, "no_unfinished_upload", "No upload of this content waits for parts.");
  }
  const std::vector<storage::Part> there = co_await storage_.Parts().List(newest->key, newest->upload_id);
  co_return InParts(newest->key, newest->upload_id, *domain::PlanOfKey(newest->key), there, origin);
}

awaitable<void> Uploads::Join(std::string key, SentParts sent) {
  const auto plan = domain::PlanOfKey(key);
  if (!plan) {
    throw Error(ErrorKind::kUnprocessable, "key_not_acceptable",
                "The key was not given for an upload in parts.");
  }
  const auto joined = co_await storage_.Head(key);
  if (joined) co_return;  // by a request before this one, which did not get its answer
  std::vector<storage::Part> there;
  try {
    there = co_await storage_.Parts().List(key, sent.upload_id);
  } catch (const Error& error) {
    if (error.code() != "upload_not_found") throw;
    Incomplete("There is no such upload of this content.");
  }
  RequireAll(*plan, there, sent.parts);
  co_await storage_.Parts().Finish(std::move(key), std::move(sent.upload_id), std::move(there));
}

awaitable<domain::Content> Uploads::Finish(Context context, domain::ContentId id, domain::UserId owner,
                                           std::string key, std::optional<SentParts> sent) {
  const domain::Content content = co_await catalog_.GetOwn(id, owner);
  if (!domain::IsUploadKeyOf(id, key)) {
    throw Error(ErrorKind::kUnprocessable, "key_not_acceptable",
                "The key was not given for an upload of this content.");
  }
  RequireNoConversion(content);
  if (sent) co_await Join(key, *std::move(sent));
  const auto uploaded = co_await storage_.Head(key);
  if (!uploaded) {
    throw Error(ErrorKind::kConflict, "upload_missing", "Nothing has been uploaded to this key.");
  }
  RequireSize(uploaded->size, limits_.max_bytes);
  co_return co_await jobs_.Queue({.content = id,
                                  .source_key = std::move(key),
                                  .kind = domain::KindFor(content.type),
                                  .request_id = context.request_id});
}

awaitable<domain::Content> Uploads::ConvertAgain(Context context, domain::ContentId id,
                                                 domain::UserId owner) {
  const domain::Content content = co_await catalog_.GetOwn(id, owner);
  RequireNoConversion(content);
  std::optional<std::string> source = co_await jobs_.LatestSource(id);
  if (!source || !co_await storage_.Head(*source)) {
    throw Error(ErrorKind::kConflict, "upload_missing", "There is no uploaded file to convert.");
  }
  co_return co_await jobs_.Queue({.content = id,
                                  .source_key = *std::move(source),
                                  .kind = domain::KindFor(content.type),
                                  .request_id = context.request_id});
}

}  // namespace descant::content::app
