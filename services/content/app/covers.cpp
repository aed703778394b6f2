#include "services/content/app/covers.h"

#include "platform/base/error.h"
#include "platform/token/crypto.h"
#include "services/content/domain/cover.h"

namespace descant::content::app {

namespace {

constexpr std::size_t kNameBytes = 16;  // of randomness: links to one picture say nothing of the next

void RequireCover(std::string_view jpeg) {
  const auto size = domain::JpegSize(jpeg);
  const auto fits = [](int side) { return side >= 1 && side <= domain::kMaxCoverSide; };
  if (size && fits(size->width) && fits(size->height)) return;
  throw Error(ErrorKind::kUnprocessable, "validation_failed", "Some of what was sent is not acceptable.")
      .WithFields({{"jpeg", "invalid",
                    "This has to be a JPEG of at most " + std::to_string(domain::kMaxCoverSide) +
                        " pixels a side."}});
}

}  // namespace

awaitable<domain::Content> Covers::Choose(domain::ContentId id, domain::UserId owner, std::string jpeg) {
  co_await catalog_.GetOwn(id, owner);
  RequireCover(jpeg);
  // Then goes what this one replaces; and this one, should it end up unused.
  co_await contents_.NoteUpload(id);
  const std::string key = domain::CoverPrefix(id) + token::HexEncode(token::RandomBytes(kNameBytes)) + ".jpg";
  co_await storage_.Write(
      key, std::move(jpeg),
      {.content_type = "image/jpeg", .cache_control = "private, max-age=31536000, immutable"});
  co_return domain::Existing(co_await contents_.SetCover(id, key));
}

awaitable<domain::Content> Covers::Forget(domain::ContentId id, domain::UserId owner) {
  co_await catalog_.GetOwn(id, owner);
  co_await contents_.NoteUpload(id);
  co_return domain::Existing(co_await contents_.SetCover(id, std::nullopt));
}

}  // namespace descant::content::app
