#include "platform/storage/local.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/base/error.h"
#include "platform/base/percent.h"
#include "platform/storage/local_parts.h"
#include "platform/storage/placing.h"
#include "platform/storage/signing.h"
#include "platform/token/edge_token.h"

namespace descant::storage {

namespace {

namespace fs = std::filesystem;

// Another name for the object: at once, whatever its size. Objects are replaced, never written to, so it
// stays as it is. False where that cannot be, as on another file system.
bool Link(const fs::path& object, const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(object, error)) return false;
  fs::remove(file, error);
  fs::create_hard_link(object, file, error);
  return !error;
}

// All files below `folder`, as keys. Whatever goes away meanwhile is not there.
void Collect(const fs::path& folder, const std::string& prefix, std::vector<std::string>& keys) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const std::string key = prefix + entry->path().filename().string();
    std::error_code gone;
    if (entry->is_directory(gone)) {
      Collect(entry->path(), key + "/", keys);
    } else if (entry->is_regular_file(gone)) {
      keys.push_back(key);
    }
  }
  if (error && !IsAbsent(error)) FailWith(error, "cannot list");
}

// What a process that died left half written.
void ClearStaging(const fs::path& root) {
  std::error_code error;
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(24);
  for (fs::directory_iterator entry(root / kStaging, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->last_write_time(ignored) < old && !ignored) fs::remove(entry->path(), ignored);
  }
}

class LocalStorage final : public Storage {
 public:
  LocalStorage(LocalSettings settings, runtime::BlockingPool& pool)
      : settings_(std::move(settings)), pool_(pool), parts_(settings_, pool) {}

  awaitable<std::optional<ObjectInfo>> Head(std::string key) override {
    const fs::path path = PathOf(key);
    co_return co_await pool_.Run([path]() -> std::optional<ObjectInfo> {
      struct stat status{};
      if (stat(path.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
        FailWithErrno("cannot stat");
      }
      if (!S_ISREG(status.st_mode)) return std::nullopt;
      return ObjectInfo{.size = status.st_size,
                        .modified_at = TimePoint(std::chrono::seconds(status.st_mtim.tv_sec))};
    });
  }

  awaitable<void> Download(std::string key, fs::path file) override {
    const fs::path path = PathOf(key);
    co_await pool_.Run([path, file] {
      if (Link(path, file)) return;
      const File object(path, O_RDONLY);
      Copy(object, OpenLocalFile(file, O_WRONLY | O_CREAT | O_TRUNC));
    });
  }

  awaitable<void> Upload(fs::path file, std::string key, ObjectAttributes) override {
    const fs::path path = PathOf(key);
    co_await pool_.Run([path, file, root = settings_.directory] {
      Place(root, path, [&file](const File& target) { Copy(OpenLocalFile(file, O_RDONLY), target); });
    });
  }

  awaitable<std::string> Read(std::string key) override {
    const fs::path path = PathOf(key);
    co_return co_await pool_.Run([path] {
      const File file(path, O_RDONLY);
      std::string bytes(kMaxSmallObject + 1, '\0');
      std::size_t size = 0;
      while (const std::size_t got = file.ReadSome(bytes.data() + size, bytes.size() - size)) size += got;
      if (size > kMaxSmallObject)
        throw Error(ErrorKind::kTooLarge, "object_too_large", "The object is too large.");
      bytes.resize(size);
      return bytes;
    });
  }

  awaitable<void> Write(std::string key, std::string bytes, ObjectAttributes) override {
    if (bytes.size() > kMaxSmallObject) {
      throw Error(ErrorKind::kTooLarge, "object_too_large", "The object is too large.");
    }
    const fs::path path = PathOf(key);
    co_await pool_.Run([path, bytes = std::move(bytes), root = settings_.directory] {
      Place(root, path, [&bytes](const File& target) { target.WriteAll(bytes); });
    });
  }

  awaitable<void> Delete(std::vector<std::string> keys) override {
    std::vector<fs::path> paths;
    for (const std::string& key : keys) paths.push_back(PathOf(key));
    co_await pool_.Run([paths, root = settings_.directory] {
      for (const fs::path& path : paths) {
        if (unlink(path.c_str()) != 0) {
          const std::error_code error(errno, std::generic_category());
          if (!IsAbsent(error)) FailWith(error, "cannot delete");
        }
        // Folders are no objects: an empty one goes with its last file.
        for (fs::path folder = path.parent_path(); folder != root; folder = folder.parent_path()) {
          if (rmdir(folder.c_str()) != 0) break;
        }
      }
    });
  }

  awaitable<std::vector<std::string>> List(std::string prefix) override {
    const std::size_t slash = prefix.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : prefix.substr(0, slash);
    const fs::path begin = folder.empty() ? settings_.directory : PathOf(folder);
    co_return co_await pool_.Run([begin, folder, prefix] {
      std::vector<std::string> keys;
      Collect(begin, folder.empty() ? "" : folder + "/", keys);
      std::erase_if(
          keys, [&prefix](const std::string& key) { return !key.starts_with(prefix) || IsReserved(key); });
      std::ranges::sort(keys);
      return keys;
    });
  }

  UploadGrant SignUpload(const UploadRequest& request) const override {
    CheckObjectKey(request.key);
    CheckContentType(request.content_type);
    return UploadUrl(settings_, request);
  }

  PartUploads& Parts() override { return parts_; }

  PlaybackGrant SignPlayback(const PlaybackRequest& request) const override {
    const std::string& origin = settings_.origin.empty() ? request.origin : settings_.origin;
    return PlaybackUrl(request, settings_.key, origin + "/media/");
  }

  std::string SignRead(std::string_view key, std::chrono::seconds lifetime,
                       std::string origin) const override {
    return SignPlayback(RequestOf(key, lifetime, std::move(origin))).url;
  }

 private:
  fs::path PathOf(const std::string& key) const {
    CheckObjectKey(key);
    return settings_.directory / key;
  }
  LocalSettings settings_;
  runtime::BlockingPool& pool_;
  LocalParts parts_;
};

}  // namespace

UploadGrant UploadUrl(const LocalSettings& settings, const UploadRequest& request) {
  const auto expires_at = std::chrono::floor<std::chrono::seconds>(Now()) + request.lifetime;
  const std::string token = token::UploadToken(settings.key, expires_at.time_since_epoch().count(),
                                               request.size, request.content_type, request.key);
  const std::string& origin = settings.origin.empty() ? request.origin : settings.origin;
  UploadGrant grant{.url = origin + "/storage/" + token + "/" + PercentEncodePath(request.key),
                    .expires_at = expires_at};
  if (!request.content_type.empty()) grant.headers = {{"Content-Type", request.content_type}};
  return grant;
}

std::unique_ptr<Storage> OpenLocal(LocalSettings settings, runtime::BlockingPool& pool) {
  // Without a slash at its end, so that it compares equal to the parent of what is directly in it.
  settings.directory = (fs::absolute(settings.directory) / "x").lexically_normal().parent_path();
  ClearStaging(settings.directory);
  return std::make_unique<LocalStorage>(std::move(settings), pool);
}

}  // namespace descant::storage
