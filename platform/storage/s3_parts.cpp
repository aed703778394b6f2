#include "platform/storage/s3_parts.h"

#include "platform/base/error.h"
#include "platform/storage/signing.h"
#include "platform/storage/storage.h"

namespace descant::storage {

awaitable<std::string> S3Parts::Begin(std::string key, std::string content_type) {
  CheckKey(key);
  CheckContentType(content_type);
  co_return co_await client_.BeginParts(std::move(key), {.content_type = std::move(content_type)},
                                        s3::PartSender::kHoldersOfUrls);
}

UploadGrant S3Parts::Sign(const PartRequest& request) const {
  CheckKey(request.key);
  auto [url, expires_at] = client_.Presign(
      "PUT", request.key, {{"partNumber", std::to_string(request.number)}, {"uploadId", request.upload_id}},
      {{"Content-Length", std::to_string(request.size)}}, request.lifetime);
  return {.url = std::move(url), .expires_at = expires_at};
}

awaitable<std::vector<Part>> S3Parts::List(std::string key, std::string upload_id) {
  CheckKey(key);
  std::vector<Part> parts;
  for (s3::Part& part : co_await client_.ListParts(std::move(key), std::move(upload_id))) {
    parts.push_back({.number = part.number, .size = part.size, .etag = std::move(part.etag)});
  }
  co_return parts;
}

awaitable<void> S3Parts::Finish(std::string key, std::string upload_id, std::vector<Part> parts) {
  CheckKey(key);
  std::vector<s3::Part> joined;
  for (Part& part : parts)
    joined.push_back({.number = part.number, .size = part.size, .etag = std::move(part.etag)});
  co_await client_.FinishParts(std::move(key), std::move(upload_id), std::move(joined));
}

awaitable<void> S3Parts::Abort(std::string key, std::string upload_id) {
  CheckKey(key);
  co_await client_.AbortParts(std::move(key), std::move(upload_id));
}

awaitable<std::vector<UnfinishedUpload>> S3Parts::Unfinished(std::string prefix) {
  std::vector<UnfinishedUpload> uploads;
  for (s3::Unfinished& upload : co_await client_.ListUnfinished(std::move(prefix))) {
    uploads.push_back({.key = std::move(upload.key),
                       .upload_id = std::move(upload.upload_id),
                       .begun_at = upload.begun_at});
  }
  co_return uploads;
}

}  // namespace descant::storage
