// A running program, on one event loop: its output as it comes, its last words, its end. It never outlives
// the object.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "platform/runtime/awaitable.h"
#include "services/conversion/adapters/ffmpeg/child.h"

namespace descant::conversion::ffmpeg {

struct ProcessExit {
  enum class Cause { kExited, kSignalled, kTimedOut, kKilled };
  Cause cause = Cause::kExited;
  int status = 0;      // exit code, or number of the signal
  std::string errors;  // the end of what it wrote to standard error

  bool succeeded() const { return cause == Cause::kExited && status == 0; }
};

class Process {
 public:
  // Starts it. `deadline`: of wall time; then it is killed. Throws Error kUnavailable.
  Process(const asio::any_io_executor& executor, const sandbox::Launch& launch, const ProcessLimits& limits,
          std::chrono::seconds deadline);
  ~Process();  // kills

  // The next piece of standard output; empty at its end.
  awaitable<std::string> Read();

  // Until it has ended, and all that it started and that holds its output; what is left of its process group
  // is killed then. Once. What it still writes to standard output is dropped.
  awaitable<ProcessExit> Wait();

  // Ends the whole process group at once.
  void Kill();

  pid_t pid() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

struct Ended {
  ProcessExit exit;
  std::string output;  // all of standard output
  pid_t pid = 0;       // that it had
};

// Runs what prints little, to its end. Throws Error kUnavailable.
awaitable<Ended> RunToEnd(sandbox::Launch launch, ProcessLimits limits, std::chrono::seconds deadline);

}  // namespace descant::conversion::ffmpeg
