// Uploads in parts to a bucket: S3's own multipart uploads.
#pragma once

#include "platform/s3/client.h"
#include "platform/storage/parts.h"

namespace descant::storage {

class S3Parts final : public PartUploads {
 public:
  explicit S3Parts(s3::Client& client) : client_(client) {}

  awaitable<std::string> Begin(std::string key, std::string content_type) override;
  UploadGrant Sign(const PartRequest& request) const override;
  awaitable<std::vector<Part>> List(std::string key, std::string upload_id) override;
  awaitable<void> Finish(std::string key, std::string upload_id, std::vector<Part> parts) override;
  awaitable<void> Abort(std::string key, std::string upload_id) override;
  awaitable<std::vector<UnfinishedUpload>> Unfinished(std::string prefix) override;

 private:
  s3::Client& client_;
};

}  // namespace descant::storage
