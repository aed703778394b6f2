#include "services/conversion/adapters/sandbox/system_call_filter.h"

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include "platform/base/error.h"

namespace descant::conversion::sandbox {

namespace {

constexpr const char* kRefused[] = {
    // network
    "socket", "socketpair", "bind", "connect", "listen", "accept", "accept4",
    // other processes
    "fork", "vfork", "kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open",
    "pidfd_getfd", "pidfd_send_signal", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
    "process_mrelease", "kcmp", "setpriority", "sched_setattr", "sched_setparam", "sched_setscheduler",
    "sched_setaffinity", "ioprio_set", "setpgid", "setsid", "move_pages", "migrate_pages",
    // who it is and what it lives in
    "unshare", "setns", "mount", "umount", "umount2", "move_mount", "open_tree", "fsopen", "fsconfig",
    "fsmount", "fspick", "mount_setattr", "pivot_root", "chroot", "personality", "setuid", "setgid",
    "setreuid", "setregid", "setresuid", "setresgid", "setgroups", "setfsuid", "setfsgid", "capset",
    "sethostname", "setdomainname",
    // files, as far as Landlock does not see it
    "open_by_handle_at", "name_to_handle_at", "mknod", "mknodat", "link", "linkat", "symlink", "symlinkat",
    "chmod", "fchmod", "fchmodat", "chown", "lchown", "fchown", "fchownat", "setxattr", "lsetxattr",
    "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "utime", "utimes", "futimesat", "utimensat",
    "truncate", "inotify_init", "inotify_init1", "inotify_add_watch", "fanotify_init", "fanotify_mark",
    "quotactl", "quotactl_fd", "swapon", "swapoff", "acct",
    // memory that is not in its address space, or not its own
    "memfd_create", "memfd_secret", "userfaultfd", "shmget", "shmat", "shmctl", "semget", "semop", "semctl",
    "semtimedop", "msgget", "msgsnd", "msgrcv", "msgctl", "mq_open", "mq_unlink", "add_key", "request_key",
    "keyctl",
    // the kernel itself
    "io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup", "bpf", "perf_event_open",
    "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot", "syslog",
    "iopl", "ioperm", "modify_ldt", "uselib", "vhangup", "settimeofday", "clock_settime", "clock_adjtime",
    "adjtimex", "lookup_dcookie", "nfsservctl", "_sysctl"};

// Their arguments are in memory, where a filter cannot look; C libraries go on without them.
constexpr const char* kAbsent[] = {"clone3", "openat2"};

// Newer than what this was written for: from fchmodat2 on, numbered alike on every architecture.
constexpr int kFirstUnknown = 452;
constexpr int kLastUnknown = 599;

constexpr std::uint64_t kNamespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

[[noreturn]] void Fail(const char* what, int error) {
  throw Error(ErrorKind::kUnavailable, "sandbox_failed",
              std::string("A filter of system calls cannot be made: ") + what + ": " +
                  std::generic_category().message(error));
}

class Rules {
 public:
  Rules() : context_(seccomp_init(SCMP_ACT_ALLOW)) {
    if (context_ == nullptr) Fail("seccomp_init", ENOMEM);
    seccomp_attr_set(context_, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    seccomp_attr_set(context_, SCMP_FLTATR_CTL_OPTIMIZE, 2);
  }
  ~Rules() { seccomp_release(context_); }
  Rules(const Rules&) = delete;
  Rules& operator=(const Rules&) = delete;

  // What this architecture does not have is left out.
  void Refuse(int error, const char* name, std::initializer_list<scmp_arg_cmp> arguments = {}) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number != __NR_SCMP_ERROR) Refuse(error, number, arguments);
  }
  void Refuse(int error, int number, std::initializer_list<scmp_arg_cmp> arguments = {}) {
    const int failed =
        seccomp_rule_add_array(context_, SCMP_ACT_ERRNO(static_cast<std::uint32_t>(error)), number,
                               static_cast<unsigned>(arguments.size()), std::data(arguments));
    if (failed != 0) Fail("seccomp_rule_add", -failed);
  }

  void Export(int file) const {
    const int failed = seccomp_export_bpf(context_, file);
    if (failed != 0) Fail("seccomp_export_bpf", -failed);
  }

 private:
  scmp_filter_ctx context_;
};

scmp_arg_cmp Masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

void AddRules(Rules& rules) {
  for (const char* name : kRefused) rules.Refuse(EPERM, name);
  for (const char* name : kAbsent) rules.Refuse(ENOSYS, name);
  for (int number = kFirstUnknown; number <= kLastUnknown; ++number) rules.Refuse(ENOSYS, number);
  // A thread shares everything; whatever shares less is another process.
  rules.Refuse(EPERM, "clone", {Masked(0, CLONE_THREAD, 0)});
  for (std::uint64_t flag = 1; flag <= kNamespaces; flag <<= 1) {
    if ((kNamespaces & flag) != 0) rules.Refuse(EPERM, "clone", {Masked(0, flag, flag)});
  }
  // Other processes' limits.
  rules.Refuse(EPERM, "prlimit64", {{.arg = 0, .op = SCMP_CMP_NE, .datum_a = 0}});
  // Landlock knew nothing of truncating before its third version: to it, this is reading.
  constexpr std::uint64_t kMode = O_ACCMODE | O_TRUNC;
  rules.Refuse(EPERM, "open", {Masked(1, kMode, O_RDONLY | O_TRUNC)});
  rules.Refuse(EPERM, "openat", {Masked(2, kMode, O_RDONLY | O_TRUNC)});
}

Descriptor MemoryFile() {
  Descriptor file(memfd_create("system calls", MFD_CLOEXEC));
  if (file.get() < 0) Fail("memfd_create", errno);
  return file;
}

}  // namespace

std::shared_ptr<const SystemCallFilter> MakeSystemCallFilter() {
  Rules rules;
  AddRules(rules);
  const Descriptor file = MemoryFile();
  rules.Export(file.get());
  const off_t size = lseek(file.get(), 0, SEEK_END);
  if (size <= 0 || static_cast<std::size_t>(size) % sizeof(sock_filter) != 0) Fail("size", EINVAL);
  auto filter = std::make_shared<SystemCallFilter>(static_cast<std::size_t>(size) / sizeof(sock_filter));
  if (filter->size() > BPF_MAXINSNS) Fail("size", E2BIG);
  if (pread(file.get(), filter->data(), static_cast<std::size_t>(size), 0) != size) Fail("pread", EIO);
  return filter;
}

Descriptor FilterFile(const SystemCallFilter& filter) {
  Descriptor file = MemoryFile();
  const std::size_t size = filter.size() * sizeof(sock_filter);
  if (pwrite(file.get(), filter.data(), size, 0) != static_cast<ssize_t>(size)) Fail("pwrite", EIO);
  return file;
}

}  // namespace descant::conversion::sandbox
