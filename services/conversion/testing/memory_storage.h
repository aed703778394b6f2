// Object storage in memory, which remembers the order of what was written and fails where a test tells it to.
#pragma once

#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "platform/base/error.h"
#include "platform/storage/storage.h"

namespace descant::conversion::testing {

class MemoryStorage final : public storage::Storage {
 public:
  struct Object {
    std::string bytes;
    storage::ObjectAttributes attributes;
  };

  std::map<std::string, Object> objects;
  std::vector<std::string> written;                                                  // keys, in order
  std::function<void(const std::string& operation, const std::string& key)> before;  // may throw

  awaitable<std::optional<storage::ObjectInfo>> Head(std::string key) override {
    Begin("head", key);
    const auto found = objects.find(key);
    if (found == objects.end()) co_return std::nullopt;
    co_return storage::ObjectInfo{.size = static_cast<std::int64_t>(found->second.bytes.size())};
  }
  awaitable<void> Download(std::string key, std::filesystem::path file) override {
    Begin("download", key);
    std::ofstream(file, std::ios::binary) << Find(key).bytes;
    co_return;
  }
  awaitable<void> Upload(std::filesystem::path file, std::string key,
                         storage::ObjectAttributes attributes) override {
    Begin("upload", key);
    std::ifstream in(file, std::ios::binary);
    if (!in) throw Error(ErrorKind::kInternal, "no_file", file.string());
    Put(key, {std::istreambuf_iterator<char>(in), {}}, std::move(attributes));
    co_return;
  }
  awaitable<std::string> Read(std::string key) override {
    Begin("read", key);
    co_return Find(key).bytes;
  }
  awaitable<void> Write(std::string key, std::string bytes, storage::ObjectAttributes attributes) override {
    Begin("write", key);
    Put(key, std::move(bytes), std::move(attributes));
    co_return;
  }
  awaitable<void> Delete(std::vector<std::string> keys) override {
    for (const std::string& key : keys) {
      Begin("delete", key);
      objects.erase(key);
    }
    co_return;
  }
  awaitable<std::vector<std::string>> List(std::string prefix) override {
    std::vector<std::string> keys;
    for (const auto& [key, object] : objects) {
      if (key.starts_with(prefix)) keys.push_back(key);
    }
    co_return keys;
  }
  storage::UploadGrant SignUpload(const storage::UploadRequest&) const override { return {}; }
  storage::PlaybackGrant SignPlayback(const storage::PlaybackRequest&) const override { return {}; }
  std::string SignRead(std::string_view, std::chrono::seconds, std::string) const override { return {}; }
  storage::PartUploads& Parts() override { throw Error(ErrorKind::kInternal, "no_parts", "Clients only."); }

 private:
  void Begin(const std::string& operation, const std::string& key) const {
    if (before) before(operation, key);
  }
  const Object& Find(const std::string& key) const {
    const auto found = objects.find(key);
    if (found == objects.end()) throw Error(ErrorKind::kNotFound, "object_not_found", key);
    return found->second;
  }
  void Put(const std::string& key, std::string bytes, storage::ObjectAttributes attributes) {
    objects[key] = {std::move(bytes), std::move(attributes)};
    written.push_back(key);
  }
};

}  // namespace descant::conversion::testing
