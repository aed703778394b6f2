#include "services/conversion/adapters/ffmpeg/child.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <system_error>

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/base/error.h"

namespace descant::conversion::ffmpeg {

namespace {

constexpr unsigned kLimitGrace = 2;  // seconds between SIGXCPU and SIGKILL

[[noreturn]] void Fail(const char* what, int error) {
  throw Error(
      ErrorKind::kUnavailable, "process_not_started",
      std::string("A process cannot be started: ") + what + ": " + std::generic_category().message(error));
}

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Pipe OpenPipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) Fail("pipe", errno);
  return {.read = Descriptor(ends[0]), .write = Descriptor(ends[1])};
}

// What the child needs, laid out before the fork: after it, it may not allocate.
struct Start {
  std::vector<char*> argv;
  std::vector<char*> environment;
  ProcessLimits limits;
  sock_fprog filter{};
  int ruleset = -1;
  int inherited = -1;
  bool drop_capabilities = false;
  int input = -1;
  int output = -1;
  int errors = -1;
  pid_t parent = 0;
};

void Limit(decltype(RLIMIT_CPU) resource, rlim_t soft, rlim_t hard) {
  const rlimit limit{.rlim_cur = soft, .rlim_max = hard};
  if (setrlimit(resource, &limit) != 0) _exit(kCannotStart);
}

void ApplyLimits(const ProcessLimits& limits) {
  Limit(RLIMIT_CORE, 0, 0);
  Limit(RLIMIT_NOFILE, static_cast<rlim_t>(limits.open_files), static_cast<rlim_t>(limits.open_files));
  if (limits.memory_bytes > 0) {
    Limit(RLIMIT_AS, static_cast<rlim_t>(limits.memory_bytes), static_cast<rlim_t>(limits.memory_bytes));
  }
  if (limits.file_bytes > 0) {
    Limit(RLIMIT_FSIZE, static_cast<rlim_t>(limits.file_bytes), static_cast<rlim_t>(limits.file_bytes));
  }
  if (limits.cpu_time.count() > 0) {
    const auto seconds = static_cast<rlim_t>(limits.cpu_time.count());
    Limit(RLIMIT_CPU, seconds, seconds + kLimitGrace);
  }
}

// As the sandbox wants it, but for the filter, which may refuse what is still to be done.
void Confine(const Start& start) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) _exit(kCannotStart);
  if (start.ruleset >= 0 && syscall(SYS_landlock_restrict_self, start.ruleset, 0U) != 0) _exit(kCannotStart);
  if (start.drop_capabilities) {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3]{};
    if (syscall(SYS_capset, &header, none) != 0) _exit(kCannotStart);
  }
}

void Filter(const Start& start) {
  if (start.filter.len == 0) return;
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0U, &start.filter) != 0) _exit(kCannotStart);
}

// What is executed keeps its three standard files, and the one that the sandbox hands down.
void KeepFiles(const Start& start) {
  if (dup2(start.input, 0) < 0 || dup2(start.output, 1) < 0 || dup2(start.errors, 2) < 0) _exit(kCannotStart);
  unsigned first = sandbox::kInheritedDescriptor;
  if (start.inherited >= 0) {
    if (start.inherited == sandbox::kInheritedDescriptor) {
      fcntl(start.inherited, F_SETFD, 0);
    } else if (dup2(start.inherited, sandbox::kInheritedDescriptor) < 0) {
      _exit(kCannotStart);
    }
    ++first;
  }
  syscall(SYS_close_range, first, ~0U, 0U);
}

// Only what is async-signal-safe: other threads of the parent may have held any lock at the fork.
[[noreturn]] void RunChild(const Start& start) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != start.parent) _exit(kCannotStart);  // it died before that took effect
  for (int signal = 1; signal < NSIG; ++signal) {
    if (signal != SIGKILL && signal != SIGSTOP) std::signal(signal, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  Confine(start);
  KeepFiles(start);
  ApplyLimits(start.limits);
  Filter(start);
  execve(start.argv[0], start.argv.data(), start.environment.data());
  _exit(kCannotStart);
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// No signal reaches the child while it still has the parent's handlers.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

Child StartChild(const sandbox::Launch& launch, const ProcessLimits& limits) {
  std::vector<std::string> arguments = launch.argv;
  std::vector<sock_filter> filter;
  if (launch.filter) filter = *launch.filter;
  std::vector<std::string> environment{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "HOME=/nonexistent",
                                       "MALLOC_ARENA_MAX=2"};
  const Descriptor null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (null.get() < 0) Fail("/dev/null", errno);
  Pipe output = OpenPipe();
  Pipe errors = OpenPipe();
  const Start start{.argv = Pointers(arguments),
                    .environment = Pointers(environment),
                    .limits = limits,
                    .filter = {.len = static_cast<unsigned short>(filter.size()), .filter = filter.data()},
                    .ruleset = launch.ruleset.get(),
                    .inherited = launch.inherited.get(),
                    .drop_capabilities = launch.drop_capabilities,
                    .input = null.get(),
                    .output = output.write.get(),
                    .errors = errors.write.get(),
                    .parent = getpid()};
  Child child;
  {
    const SignalsBlocked blocked;
    child.pid = fork();
    if (child.pid == 0) RunChild(start);
  }
  if (child.pid < 0) Fail("fork", errno);
  setpgid(child.pid, child.pid);  // whoever comes first; the group exists when this function returns
  child.exit = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, child.pid, 0)));
  if (child.exit.get() < 0) {
    const int error = errno;
    kill(-child.pid, SIGKILL);
    waitpid(child.pid, nullptr, 0);
    Fail("pidfd_open", error);
  }
  child.output = std::move(output.read);
  child.errors = std::move(errors.read);
  return child;
}

}  // namespace descant::conversion::ffmpeg
