#include "services/conversion/adapters/ffmpeg/process.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <boost/asio/this_coro.hpp>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/base/error.h"
#include "services/conversion/testing/await.h"
#include "services/conversion/testing/processes.h"

namespace descant::conversion::ffmpeg {
namespace {

using namespace std::chrono_literals;
using Cause = ProcessExit::Cause;
using ::descant::conversion::testing::Await;
using ::descant::conversion::testing::CountProcesses;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> Shell(const std::string& script) { return {"/bin/sh", "-c", script}; }

Ended RunProgram(std::vector<std::string> argv, ProcessLimits limits = {},
                 std::chrono::seconds deadline = 120s) {
  return Await(RunToEnd({.argv = std::move(argv)}, limits, deadline));
}

// A process that was killed takes a moment to die; zombies that nobody has reaped yet are gone.
bool GroupIsGone(pid_t pid) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  const auto alive = [pid] {
    return CountProcesses([pid](const auto& process) { return process.group == pid; });
  };
  while (alive() > 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  return alive() == 0;
}

TEST(Process, GivesOutputErrorsAndStatus) {
  const Ended ended = RunProgram(Shell("echo out; echo err >&2; exit 3"));
  EXPECT_EQ(ended.output, "out\n");
  EXPECT_EQ(ended.exit.errors, "err\n");
  EXPECT_EQ(ended.exit.cause, Cause::kExited);
  EXPECT_EQ(ended.exit.status, 3);
  EXPECT_FALSE(ended.exit.succeeded());
}

TEST(Process, KeepsTheEndOfALongComplaint) {
  const Ended ended = RunProgram(Shell("i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done"));
  EXPECT_LE(ended.exit.errors.size(), 4096U);
  EXPECT_THAT(ended.exit.errors, HasSubstr("line 19999\n"));
  EXPECT_TRUE(ended.exit.succeeded());
}

TEST(Process, InheritsNeitherFilesNorEnvironmentNorInput) {
  setenv("DESCANT_INTERNAL_SECRET", "do not tell", 1);
  const int fd = open("/dev/null", O_RDONLY);  // without O_CLOEXEC
  const Ended ended = RunProgram(Shell("env; cat; ls -l /proc/$$/fd | wc -l"));
  close(fd);
  unsetenv("DESCANT_INTERNAL_SECRET");
  EXPECT_THAT(ended.output, Not(HasSubstr("SECRET")));
  // "total 0", three standard ones, and perhaps the directory that ls or the shell has open.
  EXPECT_THAT(ended.output.substr(ended.output.rfind('\n', ended.output.size() - 2) + 1),
              ::testing::AnyOf("4\n", "5\n"));
  EXPECT_TRUE(ended.exit.succeeded());
}

TEST(Process, StartsWithDefaultSignals) {
  std::signal(SIGPIPE, SIG_IGN);
  const Ended ended = RunProgram(Shell("grep -E 'SigIgn|SigBlk' /proc/self/status"));
  std::signal(SIGPIPE, SIG_DFL);
  unsigned long long blocked = ~0ULL;
  unsigned long long ignored = ~0ULL;
  ASSERT_EQ(std::sscanf(ended.output.c_str(), "SigBlk: %llx SigIgn: %llx", &blocked, &ignored), 2)
      << ended.output;
  // 32 and 33 are the C library's own: they are as the process that started the tests left them, and nobody
  // can set them.
  constexpr unsigned long long kReserved = 3ULL << 31;
  EXPECT_EQ(blocked, 0) << ended.output;
  EXPECT_EQ(ignored & ~kReserved, 0) << ended.output;
}

awaitable<Ended> KillOnceItSpeaks(std::vector<std::string> argv) {
  Process process(co_await asio::this_coro::executor, {.argv = argv}, {}, 60s);
  Ended ended{.pid = process.pid()};
  ended.output = co_await process.Read();
  process.Kill();
  ended.exit = co_await process.Wait();
  co_return ended;
}

TEST(Process, KillEndsTheWholeGroupAtOnce) {
  const Ended ended = Await(KillOnceItSpeaks(Shell("trap '' TERM INT; sleep 50 & sleep 50 & echo up; wait")));
  EXPECT_EQ(ended.exit.cause, Cause::kKilled);
  EXPECT_EQ(ended.exit.status, SIGKILL);
  EXPECT_TRUE(GroupIsGone(ended.pid));
}

TEST(Process, LeavesNoStragglersBehind) {
  const Ended ended = RunProgram(Shell("sleep 50 >/dev/null 2>&1 & exit 0"));
  EXPECT_TRUE(ended.exit.succeeded());
  EXPECT_TRUE(GroupIsGone(ended.pid));
}

awaitable<pid_t> StartAndForget() {
  const Process process(co_await asio::this_coro::executor, {.argv = {"/bin/sleep", "50"}}, {}, 60s);
  co_return process.pid();
}

TEST(Process, DoesNotOutliveItsObject) { EXPECT_TRUE(GroupIsGone(Await(StartAndForget()))); }

TEST(Process, DiesWithItsLoop) {
  pid_t pid = 0;
  {
    asio::io_context context;
    const Process process(context.get_executor(), {.argv = {"/bin/sleep", "50"}}, {}, 60s);
    pid = process.pid();
    context.poll();
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  EXPECT_TRUE(GroupIsGone(pid));
}

TEST(Process, IsHeldToItsLimits) {
  EXPECT_EQ(RunProgram({"/bin/sleep", "50"}, {}, 1s).exit.cause, Cause::kTimedOut);
  const Ended spinning = RunProgram(Shell("while :; do :; done"), {.cpu_time = 1s});
  EXPECT_EQ(spinning.exit.cause, Cause::kSignalled);
  EXPECT_EQ(spinning.exit.status, SIGXCPU);
  const Ended hungry = RunProgram({"/usr/bin/head", "-c", "1G", "/dev/zero"}, {.memory_bytes = 1 << 20});
  EXPECT_FALSE(hungry.exit.succeeded());
  char folder[] = "/tmp/descant-process-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string file = std::string(folder) + "/large";
  const Ended writing =
      RunProgram({"/bin/dd", "if=/dev/zero", "of=" + file, "bs=1024", "count=100"}, {.file_bytes = 10'000});
  EXPECT_EQ(writing.exit.status, SIGXFSZ);
  unlink(file.c_str());
  rmdir(folder);
}

TEST(Process, SaysWhenThereIsNoProgram) {
  EXPECT_EQ(RunProgram({"/nonexistent/ffmpeg"}).exit.status, kCannotStart);
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
