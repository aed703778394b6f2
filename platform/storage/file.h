// Files, whose failures are those of storage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include <sys/types.h>

namespace descant::storage {

// Whether it says that there is no such file.
bool IsAbsent(const std::error_code& error);

// Throws Error: kNotFound `object_not_found` for what is absent, kResourceExhausted `storage_full`, else
// kUnavailable `storage_unavailable`. `what` begins a sentence for people.
[[noreturn]] void FailWith(const std::error_code& error, const std::string& what);
[[noreturn]] void FailWithErrno(const std::string& what);

// An open file. All throw as FailWith does.
class File {
 public:
  File(const std::filesystem::path& path, int flags, mode_t mode = 0640);  // of open(2)
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();
  int fd() const { return fd_; }

  std::int64_t Size() const;
  void WriteAll(std::string_view bytes) const;
  // Up to `size` bytes into `buffer`; 0 at the end.
  std::size_t ReadSome(char* buffer, std::size_t size) const;
  std::size_t ReadAt(std::int64_t offset, char* buffer, std::size_t size) const;
  void Sync() const;

 private:
  int fd_;
};

// The caller's own file, which is no object: when it cannot be opened, throws Error kInternal `no_such_file`.
File OpenLocalFile(const std::filesystem::path& path, int flags);

}  // namespace descant::storage
