#include "platform/storage/placing.h"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "platform/base/error.h"
#include "platform/storage/storage.h"
#include "platform/token/crypto.h"

namespace descant::storage {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyBlock = 256 * 1024;
constexpr std::size_t kKernelCopy = std::size_t{64} << 20;
constexpr int kMaxPlaceAttempts = 100;

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

}  // namespace

bool IsReserved(std::string_view key) {
  const std::string_view first = key.substr(0, key.find('/'));
  return first == kStaging || first == kParts;
}

void CheckObjectKey(std::string_view key) { RequireKey(IsValidKey(key) && !IsReserved(key)); }

void Place(const fs::path& root, const fs::path& target, const std::function<void(const File& file)>& fill) {
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

void Copy(const File& from, const File& to) {
  // The kernel shares blocks or copies them itself, where the file system can.
  ssize_t copied = 0;
  do {
    copied = copy_file_range(from.fd(), nullptr, to.fd(), nullptr, kKernelCopy, 0);
  } while (copied > 0 || (copied < 0 && errno == EINTR));
  if (copied == 0) return;
  std::string block(kCopyBlock, '\0');
  while (const std::size_t got = from.ReadSome(block.data(), block.size())) {
    to.WriteAll(std::string_view(block).substr(0, got));
  }
}

}  // namespace descant::storage
