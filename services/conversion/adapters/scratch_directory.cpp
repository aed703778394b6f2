#include "services/conversion/adapters/scratch_directory.h"

#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "platform/base/error.h"
#include "platform/log/log.h"
#include "services/conversion/domain/failure.h"

namespace descant::conversion::adapters {

namespace fs = std::filesystem;

namespace {

constexpr const char* kJobPrefix = "job-";

[[noreturn]] void Unusable(const fs::path& directory, const std::error_code& error) {
  throw Error(ErrorKind::kUnavailable, "scratch_unusable",
              "The scratch directory " + directory.string() + " cannot be used: " + error.message());
}

int Lock(const fs::path& directory) {
  const int fd = open((directory / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) Unusable(directory, {errno, std::generic_category()});
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  const std::error_code error(errno, std::generic_category());
  close(fd);
  if (error != std::errc::operation_would_block) Unusable(directory, error);
  throw Error(ErrorKind::kConflict, "scratch_in_use",
              "The scratch directory " + directory.string() + " is in use by another process.");
}

void RemoveTree(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  if (error) log::Warning("scratch folder stays", {{"folder", folder.string()}, {"error", error.message()}});
}

}  // namespace

ScratchDirectory::ScratchDirectory(fs::path directory, std::int64_t reserve, runtime::BlockingPool& pool)
    : directory_(fs::absolute(directory)), reserve_(reserve), pool_(pool) {
  std::error_code error;
  fs::create_directories(directory_, error);
  if (error) Unusable(directory_, error);
  lock_ = Lock(directory_);
  for (fs::directory_iterator entry(directory_, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().filename().string().starts_with(kJobPrefix)) RemoveTree(entry->path());
  }
}

ScratchDirectory::~ScratchDirectory() { close(lock_); }

awaitable<fs::path> ScratchDirectory::Make(std::int64_t bytes) {
  const fs::path folder = directory_ / (kJobPrefix + std::to_string(++made_));
  co_await pool_.Run([folder, bytes, reserve = reserve_] {
    std::error_code error;
    const fs::space_info space = fs::space(folder.parent_path(), error);
    if (!error && space.available < static_cast<std::uintmax_t>(bytes + reserve))
      throw Failure(FailureCode::kScratchFull);
    if (!error) fs::create_directory(folder, error);
    if (error == std::errc::no_space_on_device) throw Failure(FailureCode::kScratchFull);
    if (error) Unusable(folder, error);
  });
  co_return folder;
}

awaitable<void> ScratchDirectory::Remove(fs::path folder) {
  try {
    co_await pool_.Run([folder] { RemoveTree(folder); });
    co_return;
  } catch (const Error&) {
    // The pool is full or ending: then it is done here, since a folder that stays takes room from every later
    // job.
  }
  RemoveTree(folder);
}

}  // namespace descant::conversion::adapters
