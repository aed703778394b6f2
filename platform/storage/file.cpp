#include "platform/storage/file.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/base/error.h"

namespace descant::storage {

bool IsAbsent(const std::error_code& error) {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory ||
         error == std::errc::is_a_directory;
}

void FailWith(const std::error_code& error, const std::string& what) {
  if (IsAbsent(error)) {
    throw Error(ErrorKind::kNotFound, "object_not_found", "There is no such object in storage.");
  }
  if (error == std::errc::no_space_on_device || error.value() == EDQUOT) {
    throw Error(ErrorKind::kResourceExhausted, "storage_full", "Storage is full.");
  }
  throw Error(ErrorKind::kUnavailable, "storage_unavailable", what + ": " + error.message());
}

void FailWithErrno(const std::string& what) { FailWith({errno, std::generic_category()}, what); }

File::File(const std::filesystem::path& path, int flags, mode_t mode)
    : fd_(open(path.c_str(), flags | O_CLOEXEC, mode)) {
  if (fd_ < 0) FailWithErrno("cannot open " + path.filename().string());
}

File::~File() { close(fd_); }

std::int64_t File::Size() const {
  struct stat status{};
  if (fstat(fd_, &status) != 0) FailWithErrno("cannot stat");
  return status.st_size;
}

void File::WriteAll(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) FailWithErrno("cannot write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::size_t File::ReadSome(char* buffer, std::size_t size) const {
  while (true) {
    const ssize_t got = read(fd_, buffer, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) FailWithErrno("cannot read");
  }
}

std::size_t File::ReadAt(std::int64_t offset, char* buffer, std::size_t size) const {
  while (true) {
    const ssize_t got = pread(fd_, buffer, size, offset);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) FailWithErrno("cannot read");
  }
}

void File::Sync() const {
  if (fdatasync(fd_) != 0) FailWithErrno("cannot write");
}

File OpenLocalFile(const std::filesystem::path& path, int flags) try {
  return File(path, flags);
} catch (const Error& error) {
  if (error.kind() != ErrorKind::kNotFound) throw;
  throw Error(ErrorKind::kInternal, "no_such_file",
              "There is no file " + path.string() + " to move to or from storage.");
}

}  // namespace descant::storage
