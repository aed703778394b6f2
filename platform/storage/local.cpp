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
#include "platform/storage/file.h"
#include "platform/storage/signing.h"
#include "platform/token/crypto.h"
#include "platform/token/edge_token.h"

namespace descant::storage {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyBlock = 256 * 1024;
constexpr int kMaxPlaceAttempts = 100;
constexpr std::string_view kStaging = ".staging";  // no keys begin with it

void Copy(const File& from, const File& to) {
  std::string block(kCopyBlock, '\0');
  while (const std::size_t got = from.ReadSome(block.data(), block.size())) {
    to.WriteAll(std::string_view(block).substr(0, got));
  }
}

// Another name for the object: at once, whatever its size. Objects are replaced, never written to, so it stays as it is.
// False where that cannot be, as on another file system.
bool Link(const fs::path& object, const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(object, error)) return false;
  fs::remove(file, error);
  fs::create_hard_link(object, file, error);
  return !error;
}

// Moves a finished file to where the object is. A folder may be removed, being empty, while it is made or
// before the rename: then it is made again.
void RenameInto(const fs::path& temporary, const fs::path& target) {
  std::error_code error;
  for (int attempt = 0; attempt < kMaxPlaceAttempts; ++attempt) {
    fs::create_directories(target.parent_path(), error);
    if (!error) fs::rename(temporary, target, error);
    if (!error) return;
    if (error != std::errc::no_such_file_or_directory && error != std::errc::file_exists) break;
  }
  if (IsAbsent(error) && error != std::errc::no_such_file_or_directory) {
    throw Error(ErrorKind::kInvalidArgument, "invalid_key",
                "The key is above or below that of another object.");
  }
  if (IsAbsent(error)) error = std::make_error_code(std::errc::resource_unavailable_try_again);
  FailWith(error, "cannot place an object");
}

// Objects appear whole: they are written beside the tree and renamed into it.
template <class Fill>
void Place(const fs::path& root, const fs::path& target, Fill fill) {
  std::error_code error;
  const fs::path staging = root / kStaging;
  fs::create_directories(staging, error);
  if (error)
    throw Error(ErrorKind::kUnavailable, "storage_unavailable", "cannot make a folder: " + error.message());
  const fs::path temporary = staging / token::HexEncode(token::RandomBytes(12));
  try {
    const File file(temporary, O_WRONLY | O_CREAT | O_EXCL);
    fill(file);
    file.Sync();
    RenameInto(temporary, target);
  } catch (...) {
    fs::remove(temporary, error);
    throw;
  }
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
      : settings_(std::move(settings)), pool_(pool) {}

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
      std::erase_if(keys, [&prefix](const std::string& key) {
        return !key.starts_with(prefix) || key.starts_with(std::string(kStaging) + "/");
      });
      std::ranges::sort(keys);
      return keys;
    });
  }

  UploadGrant SignUpload(const UploadRequest& request) const override {
    CheckKey(request.key);
    CheckContentType(request.content_type);
    const auto expires_at = std::chrono::floor<std::chrono::seconds>(Now()) + request.lifetime;
    const std::string token = token::UploadToken(settings_.key, expires_at.time_since_epoch().count(),
                                                 request.size, request.content_type, request.key);
    return {.url = Origin(request.origin) + "/storage/" + token + "/" + PercentEncodePath(request.key),
            .headers = {{"Content-Type", request.content_type}},
            .expires_at = expires_at};
  }

  PlaybackGrant SignPlayback(const PlaybackRequest& request) const override {
    return PlaybackUrl(request, settings_.key, Origin(request.origin) + "/media/");
  }

 private:
  static void CheckKey(const std::string& key) {
    if (!IsValidKey(key) || key == kStaging || key.starts_with(std::string(kStaging) + "/")) {
      throw Error(ErrorKind::kInvalidArgument, "invalid_key", "The storage key is not valid.");
    }
  }
  fs::path PathOf(const std::string& key) const {
    CheckKey(key);
    return settings_.directory / key;
  }
  std::string Origin(const std::string& seen) const {
    return settings_.origin.empty() ? seen : settings_.origin;
  }

  LocalSettings settings_;
  runtime::BlockingPool& pool_;
};

}  // namespace

std::unique_ptr<Storage> OpenLocal(LocalSettings settings, runtime::BlockingPool& pool) {
  // Without a slash at its end, so that it compares equal to the parent of what is directly in it.
  settings.directory = (fs::absolute(settings.directory) / "x").lexically_normal().parent_path();
  ClearStaging(settings.directory);
  return std::make_unique<LocalStorage>(std::move(settings), pool);
}

}  // namespace descant::storage
