#include "services/conversion/adapters/sandbox/landlock.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/base/error.h"
#include "services/conversion/adapters/sandbox/system_call_filter.h"

namespace descant::conversion::sandbox {

namespace {

// Of later versions than this machine's headers may know (Linux 6.12, uapi/linux/landlock.h).
constexpr std::uint64_t kTruncate = 1U << 14;       // version 3
constexpr std::uint64_t kIoctlOfDevice = 1U << 15;  // version 5
constexpr std::uint64_t kTcp = 0b11;                // version 4: bind, connect
constexpr std::uint64_t kScopes = 0b11;             // version 6: abstract unix sockets, signals

struct Ruleset {
  std::uint64_t files;
  std::uint64_t network;
  std::uint64_t scopes;
};

constexpr std::uint64_t kReadFile = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kSystem = kReadFile | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE;
constexpr std::uint64_t kProgram = kReadFile | LANDLOCK_ACCESS_FS_EXECUTE;
constexpr std::uint64_t kFolder = kReadFile | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                  LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                  LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | kTruncate;

[[noreturn]] void Fail(const std::string& what, int error) {
  throw Error(ErrorKind::kUnavailable, "sandbox_failed",
              "Landlock: " + what + ": " + std::generic_category().message(error));
}

// All that this version can refuse.
std::uint64_t FileRights(int version) {
  std::uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;  // version 1
  if (version >= 2) rights |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) rights |= kTruncate;
  if (version >= 5) rights |= kIoctlOfDevice;
  return rights;
}

Descriptor NewRuleset(int version) {
  const Ruleset rules{
      .files = FileRights(version), .network = version >= 4 ? kTcp : 0, .scopes = version >= 6 ? kScopes : 0};
  const std::size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  Descriptor ruleset(static_cast<int>(syscall(SYS_landlock_create_ruleset, &rules, size, 0U)));
  if (ruleset.get() < 0) Fail("no ruleset", errno);
  return ruleset;
}

enum class Missing { kIsFailure, kIsFine };

void Allow(const Descriptor& ruleset, const std::filesystem::path& path, std::uint64_t rights,
           Missing missing = Missing::kIsFailure) {
  const Descriptor opened(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (opened.get() < 0) {
    if (missing == Missing::kIsFine) return;
    Fail(path.string(), errno);
  }
  const landlock_path_beneath_attr rule{.allowed_access = rights, .parent_fd = opened.get()};
  if (syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0U) != 0)
    Fail(path.string(), errno);
}

}  // namespace

Landlock::Landlock()
    : version_(static_cast<int>(
          syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION))),
      filter_(MakeSystemCallFilter()) {
  if (version_ < 1) Fail("this kernel has none, or it is not enabled (Linux 5.13, lsm=landlock)", ENOSYS);
}

Launch Landlock::Confine(std::vector<std::string> argv, const Access& access) const {
  Descriptor ruleset = NewRuleset(version_);
  const std::uint64_t known = FileRights(version_);
  Allow(ruleset, "/usr", kSystem);
  for (const char* folder : {"/lib", "/lib32", "/lib64"}) Allow(ruleset, folder, kSystem, Missing::kIsFine);
  Allow(ruleset, "/etc/ld.so.cache", kReadFile, Missing::kIsFine);
  Allow(ruleset, "/etc/alternatives", kReadFile | LANDLOCK_ACCESS_FS_READ_DIR, Missing::kIsFine);
  Allow(ruleset, argv.front(), kProgram, Missing::kIsFine);  // then exec says that there is none
  if (!access.folder.empty()) Allow(ruleset, access.folder, kFolder & known);
  if (!access.input.empty()) Allow(ruleset, access.input, kReadFile);
  return {
      .argv = std::move(argv), .ruleset = std::move(ruleset), .filter = filter_, .drop_capabilities = true};
}

}  // namespace descant::conversion::sandbox
