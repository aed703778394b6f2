// Starts a program with as little of this process as possible: no environment but a fixed one, no open files
// but its own three, default signals, a process group of its own, hard limits; and it dies with the thread
// that started it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace descant::conversion::ffmpeg {

// A file descriptor, owned.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();

  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// What the kernel holds it to. 0: no limit.
struct ProcessLimits {
  std::int64_t memory_bytes = 0;     // of address space
  std::int64_t file_bytes = 0;       // of each file that it writes
  std::chrono::seconds cpu_time{0};  // of all its threads together
  int open_files = 64;
};

struct Child {
  pid_t pid = -1;     // and of its process group
  Descriptor exit;    // a pidfd: readable once the process has ended
  Descriptor output;  // reading end of standard output
  Descriptor errors;  // reading end of standard error
};

// The exit code of a child whose program could not be started.
constexpr int kCannotStart = 127;

// `argv[0]` is an absolute path. Throws Error kUnavailable `process_not_started`.
Child StartChild(const std::vector<std::string>& argv, const ProcessLimits& limits);

}  // namespace descant::conversion::ffmpeg
