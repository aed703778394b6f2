// Uploads in parts to the local driver: a folder each, .parts/<upload id>/, with the file `key` that names
// the object and the parts by their numbers, as NGINX puts them there.
#pragma once

#include <string>
#include <vector>

#include "platform/runtime/blocking.h"
#include "platform/storage/local.h"
#include "platform/storage/parts.h"

namespace descant::storage {

class LocalParts final : public PartUploads {
 public:
  // Both have to outlive it. `settings`: of a directory that is absolute.
  LocalParts(const LocalSettings& settings, runtime::BlockingPool& pool) : settings_(settings), pool_(pool) {}

  awaitable<std::string> Begin(std::string key, std::string content_type) override;
  UploadGrant Sign(const PartRequest& request) const override;
  awaitable<std::vector<Part>> List(std::string key, std::string upload_id) override;
  awaitable<void> Finish(std::string key, std::string upload_id, std::vector<Part> parts) override;
  awaitable<void> Abort(std::string key, std::string upload_id) override;
  awaitable<std::vector<UnfinishedUpload>> Unfinished(std::string prefix) override;

 private:
  const LocalSettings& settings_;
  runtime::BlockingPool& pool_;
};

}  // namespace descant::storage
