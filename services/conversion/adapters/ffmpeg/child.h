// Starts a program with as little of this process as possible: no environment but a fixed one, no open files
// but its own three, default signals, a process group of its own, hard limits; confined as a sandbox says;
// and it dies with the thread that started it.
#pragma once

#include <chrono>
#include <cstdint>

#include <sys/types.h>

#include "services/conversion/adapters/sandbox/sandbox.h"

namespace descant::conversion::ffmpeg {

using sandbox::Descriptor;

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

// Throws Error kUnavailable `process_not_started`.
Child StartChild(const sandbox::Launch& launch, const ProcessLimits& limits);

}  // namespace descant::conversion::ffmpeg
