// What a program finds within each sandbox that works on this machine.
#include <fstream>
#include <iostream>
#include <map>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "platform/base/error.h"
#include "services/conversion/adapters/ffmpeg/process.h"
#include "services/conversion/adapters/ffmpeg/sandbox_choice.h"
#include "services/conversion/testing/await.h"
#include "services/conversion/testing/processes.h"
#include "services/conversion/testing/temporary_folder.h"

namespace descant::conversion::ffmpeg {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Cause = ProcessExit::Cause;
using ::descant::conversion::testing::Await;
using ::descant::conversion::testing::CommandLine;
using ::descant::conversion::testing::CountProcesses;
using ::descant::conversion::testing::TemporaryFolder;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Tried once; null where it does not work.
const sandbox::Sandbox* Working(const std::string& name) {
  static std::map<std::string, std::unique_ptr<sandbox::Sandbox>> tried;
  if (!tried.contains(name)) {
    const TemporaryFolder folder;
    try {
      tried[name] = ChooseSandbox(ParseSandboxMode(name), folder.path(), {});
    } catch (const Error& error) {
      tried[name] = nullptr;
      std::cerr << error.detail() << "\n";
    }
  }
  return tried[name].get();
}

class Confinement : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    std::ofstream(access_.input) << "input\n";
    std::ofstream(secret_) << "secret\n";
    fs::create_directory(access_.folder);
    sandbox_ = Working(GetParam());
    if (sandbox_ == nullptr) GTEST_SKIP() << "does not work here";
  }

  Ended Run(std::vector<std::string> argv, ProcessLimits limits = {}, std::chrono::seconds deadline = 120s) {
    return Await(RunToEnd(sandbox_->Confine(std::move(argv), access_), limits, deadline));
  }
  // What a shell prints there, and complains about.
  std::string Shell(const std::string& script) {
    const Ended ended = Run({"/bin/sh", "-c", script});
    return ended.output + ended.exit.errors;
  }
  std::string Python(const std::string& script) {
    const Ended ended = Run({"/usr/bin/python3", "-I", "-c", script});
    return ended.output + ended.exit.errors;
  }

  const TemporaryFolder folder_;
  const sandbox::Access access_{.input = folder_.path() / "input", .folder = folder_.path() / "output"};
  const fs::path secret_ = folder_.path() / "secret";
  const sandbox::Sandbox* sandbox_ = nullptr;
};

TEST_P(Confinement, ReadsItsInputAndWritesItsFolder) {
  EXPECT_EQ(Shell("read -r word <" + access_.input.string() + "; echo $word"), "input\n");
  EXPECT_EQ(Shell("echo made >" + (access_.folder / "file").string()), "");
  EXPECT_EQ(Run({"/bin/mkdir", access_.folder / "below"}).exit.status, 0);
  EXPECT_EQ(Run({"/bin/mv", access_.folder / "file", access_.folder / "renamed"}).exit.errors, "");
  EXPECT_TRUE(fs::exists(access_.folder / "renamed"));
  EXPECT_EQ(Run({"/bin/rm", access_.folder / "renamed"}).exit.errors, "");
  EXPECT_TRUE(fs::is_empty(access_.folder / "below"));
}

TEST_P(Confinement, SeesNoOtherFile) {
  for (const std::string& path :
       {secret_.string(), std::string("/etc/passwd"), std::string("/proc/self/environ"),
        std::string("/proc/1/cmdline"), std::string("/dev/urandom"), std::string("/var/lib/dpkg/status")}) {
    EXPECT_THAT(Run({"/bin/cat", path}).exit.errors,
                AnyOf(HasSubstr("No such file"), HasSubstr("Permission denied")));
  }
  EXPECT_EQ(Run({"/bin/cat", folder_.path() / "output" / ".." / "secret"}).output, "");
  EXPECT_THAT(Run({"/bin/ls", folder_.path()}).output, Not(HasSubstr("secret")));
  EXPECT_EQ(Run({"/bin/ls", "/home"}).output, "");
}

TEST_P(Confinement, WritesNothingElse) {
  for (const std::string& path :
       {secret_.string(), access_.input.string(), (folder_.path() / "new").string(), std::string("/new"),
        std::string("/tmp/descant-new"), std::string("/dev/shm/descant-new"), std::string("/usr/new")}) {
    EXPECT_NE(Run({"/bin/dd", "if=" + access_.input.string(), "of=" + path, "conv=notrunc"}).exit.status, 0)
        << path;
    EXPECT_NE(Run({"/usr/bin/truncate", "-s", "0", path}).exit.status, 0) << path;
    EXPECT_NE(Run({"/bin/rm", path}).exit.status, 0) << path;
  }
  EXPECT_EQ(fs::file_size(secret_), 7U);
  EXPECT_EQ(fs::file_size(access_.input), 6U);
}

// Landlock's first versions take this for reading.
TEST_P(Confinement, TruncatesNothingByReading) {
  EXPECT_THAT(Python("import os; os.open('" + access_.input.string() + "', os.O_RDONLY | os.O_TRUNC)"),
              HasSubstr("Error"));
  EXPECT_EQ(fs::file_size(access_.input), 6U);
}

TEST_P(Confinement, ChangesNoModesOwnersLinksOrTimes) {
  const std::string file = (access_.folder / "file").string();
  ASSERT_EQ(Shell("echo made >" + file), "");
  const std::string head = "import os; f = '" + file + "'; ";
  for (const char* const what :
       {"os.chmod(f, 0o4755)", "os.chown(f, 0, 0)", "os.utime(f)", "os.setxattr(f, 'user.a', b'a')",
        "os.symlink('/etc/passwd', f + '.link')", "os.link(f, f + '.hard')", "os.mkfifo(f + '.fifo')"}) {
    EXPECT_THAT(Python(head + what), HasSubstr("Operation not permitted")) << what;
  }
  EXPECT_THAT(Python("import os; os.symlink('/etc/passwd', '" + folder_.path().string() + "/link')"),
              HasSubstr("Error"));
}

TEST_P(Confinement, HasNoSockets) {
  for (const char* family :
       {"AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET", "AF_VSOCK", "AF_ALG"}) {
    EXPECT_THAT(Python("import socket; socket.socket(socket." + std::string(family) +
                       ", socket.SOCK_STREAM if socket." + family +
                       " in (socket.AF_INET, socket.AF_INET6) "
                       "else socket.SOCK_DGRAM)"),
                HasSubstr("Operation not permitted"))
        << family;
  }
  EXPECT_THAT(Python("import socket; socket.socketpair()"), HasSubstr("Operation not permitted"));
}

TEST_P(Confinement, IsOneProcessWithThreads) {
  EXPECT_THAT(Shell("(:)"), HasSubstr("Cannot fork"));
  EXPECT_THAT(Python("import os; os.posix_spawn('/bin/true', ['true'], {})"),
              HasSubstr("Operation not permitted"));
  EXPECT_EQ(
      Python("import threading\nt = threading.Thread(target=lambda: print('thread'))\nt.start(); t.join()"),
      "thread\n");
  EXPECT_THAT(Shell("kill -0 " + std::to_string(getpid())),
              AnyOf(HasSubstr("not permitted"), HasSubstr("No such process")));
}

// By number, as there are no names for them in Python; of x86-64 and others alike where above 424.
TEST_P(Confinement, IsRefusedWhatReachesIntoTheKernel) {
#ifdef __x86_64__
  for (const int number :
       {101 /* ptrace */, 165 /* mount */, 161 /* chroot */, 250 /* keyctl */, 298 /* perf */,
        310 /* process_vm_readv */, 321 /* bpf */, 323 /* userfaultfd */, 425 /* io_uring */,
        272 /* unshare */, 308 /* setns */, 319 /* memfd */, 29 /* shmget */, 434 /* pidfd */}) {
    EXPECT_EQ(Python("import ctypes; c = ctypes.CDLL(None, use_errno=True)\nr = c.syscall(" +
                     std::to_string(number) + ", 0, 0, 0, 0, 0); print(r, ctypes.get_errno())"),
              "-1 1\n")
        << number;
  }
  constexpr int kNewNamespace = 0x10000000;
  EXPECT_EQ(Python("import ctypes; c = ctypes.CDLL(None, use_errno=True)\nr = c.syscall(56, " +
                   std::to_string(kNewNamespace) + " | 17, 0, 0, 0, 0); print(r, ctypes.get_errno())"),
            "-1 1\n");
#endif
  EXPECT_EQ(Python("import ctypes; c = ctypes.CDLL(None, use_errno=True)\nr = c.syscall(452, 0, 0, 0, 0, 0); "
                   "print(r, ctypes.get_errno())"),
            "-1 38\n");
}

TEST_P(Confinement, HasNoPrivileges) {
  EXPECT_EQ(Python("import ctypes, struct\nc = ctypes.CDLL(None)\nh = struct.pack('Ii', 0x20080522, 0)\n"
                   "d = ctypes.create_string_buffer(24)\nc.capget(h, d); print(d.raw == bytes(24), "
                   "c.prctl(39, 0, 0, 0, 0))"),
            "True 1\n");
}

TEST_P(Confinement, InheritsNoFilesAndNoEnvironment) {
  setenv("DESCANT_INTERNAL_SECRET", "do not tell", 1);
  const int file = open(secret_.c_str(), O_RDONLY);  // without O_CLOEXEC
  EXPECT_EQ(
      Python("import os\nn = []\nfor i in range(64):\n  try: os.fstat(i); n.append(i)\n  except OSError: "
             "pass\nprint(n, [k for k in os.environ if 'DESCANT' in k])"),
      "[0, 1, 2] []\n");
  close(file);
  unsetenv("DESCANT_INTERNAL_SECRET");
}

TEST_P(Confinement, LimitsHoldAndTellWhichOne) {
  const Ended spinning = Run({"/bin/sh", "-c", "while :; do :; done"}, {.cpu_time = 1s});
  EXPECT_EQ(spinning.exit.cause, Cause::kSignalled);
  EXPECT_EQ(spinning.exit.status, SIGXCPU);
  const Ended writing = Run({"/bin/dd", "if=" + access_.input.string(),
                             "of=" + (access_.folder / "f").string(), "bs=1", "seek=20000", "count=1"},
                            {.file_bytes = 10'000});
  EXPECT_EQ(writing.exit.cause, Cause::kSignalled);
  EXPECT_EQ(writing.exit.status, SIGXFSZ);
  const Ended hungry = Run({"/usr/bin/python3", "-I", "-c", "b'x' * (1 << 30)"}, {.memory_bytes = 512 << 20});
  EXPECT_THAT(hungry.exit.errors, HasSubstr("MemoryError"));
  EXPECT_EQ(Run({"/bin/sleep", "50"}, {}, 1s).exit.cause, Cause::kTimedOut);
  EXPECT_EQ(Run({"/bin/sh", "-c", "exit 3"}).exit.status, 3);
}

TEST_P(Confinement, OnceItHasEndedNothingOfItIsLeft) {
  // A name of its own, to be found by.
  const std::string mark = (access_.folder / "mark").string();
  const Ended ended = Run({"/bin/sh", "-c", "echo begun; while :; do :; done", mark}, {}, 1s);
  EXPECT_EQ(ended.output, "begun\n");
  EXPECT_EQ(ended.exit.cause, Cause::kTimedOut);
  const auto alive = [&mark] {
    return CountProcesses([&mark](const auto& process) { return CommandLine(process).contains(mark); });
  };
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (alive() > 0 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_EQ(alive(), 0);
}

INSTANTIATE_TEST_SUITE_P(Of, Confinement, ::testing::Values("bubblewrap", "landlock"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace descant::conversion::ffmpeg
