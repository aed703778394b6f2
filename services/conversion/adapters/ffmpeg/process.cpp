#include "services/conversion/adapters/ffmpeg/process.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/wait.h>

#include "platform/runtime/promise.h"
#include "platform/runtime/runtime.h"

namespace descant::conversion::ffmpeg {

namespace {

constexpr std::size_t kErrorTail = 4096;  // the last bytes of standard error that are kept
constexpr std::size_t kBlock = 4096;
constexpr int kSignalBase = 128;  // where an exit code tells a signal

// FFmpeg's own exit codes may be above 128 too (the low byte of an error); none of those is among these, but
// for one (a full quota), of which it also speaks.
bool IsFatalSignal(int signal) {
  constexpr int kFatal[] = {SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS};
  return std::ranges::find(kFatal, signal) != std::end(kFatal);
}

}  // namespace

struct Process::State {
  State(const asio::any_io_executor& executor, Child child, bool tells_signals)
      : pid(child.pid),
        status_tells_signals(tells_signals),
        exit(executor, child.exit.Release()),
        output(executor, child.output.Release()),
        errors(executor, child.errors.Release()),
        deadline(executor) {}

  // Where the loop ends before the process does, nobody waits any more.
  ~State() {
    Kill(ProcessExit::Cause::kKilled);
    if (!reaped) waitpid(pid, nullptr, WNOHANG);
  }

  // Until it is reaped, the leader keeps the number of the group from being used again.
  void Kill(ProcessExit::Cause why) {
    if (reaped) return;
    if (cause == ProcessExit::Cause::kExited) cause = why;
    kill(-pid, SIGKILL);
  }

  void Reap() {
    kill(-pid, SIGKILL);  // whoever it left behind
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    reaped = true;
    if (WIFEXITED(status)) {
      result.status = WEXITSTATUS(status);
    } else {
      result.status = WTERMSIG(status);
      if (cause == ProcessExit::Cause::kExited) cause = ProcessExit::Cause::kSignalled;
    }
    if (status_tells_signals && WIFEXITED(status) && IsFatalSignal(result.status - kSignalBase)) {
      result.status -= kSignalBase;
      result.cause = cause == ProcessExit::Cause::kExited ? ProcessExit::Cause::kSignalled : cause;
      return;
    }
    // What ended by itself before it could be killed counts as such.
    result.cause = WIFEXITED(status) ? ProcessExit::Cause::kExited : cause;
  }

  const pid_t pid;
  const bool status_tells_signals;
  asio::posix::stream_descriptor exit;
  asio::posix::stream_descriptor output;
  asio::posix::stream_descriptor errors;
  asio::steady_timer deadline;
  ProcessExit::Cause cause = ProcessExit::Cause::kExited;
  ProcessExit result;
  bool reaped = false;
  runtime::Promise<runtime::Nothing> ended;
  runtime::Promise<runtime::Nothing> errors_read;
};

namespace {

// Up to a block; empty at the end, and when the loop ends.
awaitable<std::string> ReadBlock(asio::posix::stream_descriptor& from) {
  std::string block(kBlock, '\0');
  boost::system::error_code error;
  const std::size_t got =
      co_await from.async_read_some(asio::buffer(block), asio::redirect_error(asio::use_awaitable, error));
  block.resize(error ? 0 : got);
  co_return block;
}

template <class State>
awaitable<void> KeepErrors(std::shared_ptr<State> state) {
  std::string& tail = state->result.errors;
  while (true) {
    const std::string block = co_await ReadBlock(state->errors);
    if (block.empty()) break;
    tail += block;
    if (tail.size() > kErrorTail) tail.erase(0, tail.size() - kErrorTail);
  }
  state->errors_read.Set({});
}

template <class State>
awaitable<void> AwaitEnd(std::shared_ptr<State> state) {
  boost::system::error_code error;
  co_await state->exit.async_wait(asio::posix::stream_descriptor::wait_read,
                                  asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return;  // the loop ends
  state->Reap();
  state->deadline.cancel();
  state->ended.Set({});
}

}  // namespace

Process::Process(const asio::any_io_executor& executor, const sandbox::Launch& launch,
                 const ProcessLimits& limits, std::chrono::seconds deadline)
    : state_(std::make_shared<State>(executor, StartChild(launch, limits), launch.status_tells_signals)) {
  runtime::Spawn(executor, "process errors", KeepErrors(state_));
  runtime::Spawn(executor, "process end", AwaitEnd(state_));
  state_->deadline.expires_after(deadline);
  state_->deadline.async_wait([weak = std::weak_ptr(state_)](const boost::system::error_code& error) {
    const auto state = weak.lock();
    if (!error && state) state->Kill(ProcessExit::Cause::kTimedOut);
  });
}

Process::~Process() { Kill(); }

awaitable<std::string> Process::Read() {
  const auto state = state_;
  co_return co_await ReadBlock(state->output);
}

awaitable<ProcessExit> Process::Wait() {
  const auto state = state_;
  while (true) {
    const std::string rest = co_await ReadBlock(state->output);
    if (rest.empty()) break;
  }
  co_await state->ended.Wait();
  co_await state->errors_read.Wait();
  co_return std::move(state->result);
}

void Process::Kill() { state_->Kill(ProcessExit::Cause::kKilled); }

pid_t Process::pid() const { return state_->pid; }

awaitable<Ended> RunToEnd(sandbox::Launch launch, ProcessLimits limits, std::chrono::seconds deadline) {
  Process process(co_await asio::this_coro::executor, launch, limits, deadline);
  Ended ended{.pid = process.pid()};
  while (true) {
    const std::string piece = co_await process.Read();
    if (piece.empty()) break;
    ended.output += piece;
  }
  ended.exit = co_await process.Wait();
  co_return ended;
}

}  // namespace descant::conversion::ffmpeg
