#include "services/content/app/uploads.h"

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

}  // namespace

awaitable<UploadTicket> Uploads::Begin(domain::ContentId id, domain::UserId owner, domain::UploadOffer offer,
                                       std::string origin) {
  co_await catalog_.GetOwn(id, owner);
  RequireSize(offer.size, limits_.max_bytes);
  if (!domain::IsUploadType(offer.content_type)) {
    throw Error(ErrorKind::kUnsupportedMedia, "unsupported_upload_type", "Only audio and video files can be uploaded.");
  }
  co_await contents_.NoteUpload(id);
  UploadTicket ticket{.key = domain::UploadPrefix(id) + token::HexEncode(token::RandomBytes(kKeyBytes))};
  ticket.grant = storage_.SignUpload({.key = ticket.key,
                                      .size = offer.size,
                                      .content_type = offer.content_type,
                                      .lifetime = limits_.grant_lifetime,
                                      .origin = std::move(origin)});
  co_return ticket;
}

awaitable<domain::Content> Uploads::Finish(Context context, domain::ContentId id, domain::UserId owner,
                                           std::string key) {
  const domain::Content content = co_await catalog_.GetOwn(id, owner);
  if (!domain::IsUploadKeyOf(id, key)) {
    throw Error(ErrorKind::kUnprocessable, "key_not_acceptable", "The key was not given for an upload of this content.");
  }
  if (content.converting()) {
    throw Error(ErrorKind::kConflict, "conversion_in_progress", "A conversion of this content is not over yet.");
  }
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

}  // namespace descant::content::app
