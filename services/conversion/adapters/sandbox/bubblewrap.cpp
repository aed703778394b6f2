#include "services/conversion/adapters/sandbox/bubblewrap.h"

#include <initializer_list>
#include <iterator>
#include <utility>

#include <unistd.h>

#include "platform/base/error.h"
#include "services/conversion/adapters/sandbox/system_call_filter.h"

namespace descant::conversion::sandbox {

namespace fs = std::filesystem;

namespace {

// Within a user namespace of its own, the kernel counts the sandbox's threads alone.
constexpr const char* kLimitProgram = "/usr/bin/prlimit";
constexpr const char* kLimitThreads = "--nproc=512";

// On a merged /usr, links into it.
constexpr const char* kSystemFolders[] = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};

class CommandLine {
 public:
  void Add(std::initializer_list<std::string> words) { words_.insert(words_.end(), words); }
  void Add(std::vector<std::string> words) {
    words_.insert(words_.end(), std::make_move_iterator(words.begin()), std::make_move_iterator(words.end()));
  }
  std::vector<std::string> Take() { return std::move(words_); }

 private:
  std::vector<std::string> words_;
};

void AddSystem(CommandLine& line) {
  line.Add({"--ro-bind", "/usr", "/usr"});
  for (const char* folder : kSystemFolders) {
    std::error_code error;
    if (fs::is_symlink(folder, error)) {
      line.Add({"--symlink", fs::read_symlink(folder, error).string(), folder});
    } else if (fs::is_directory(folder, error)) {
      line.Add({"--ro-bind", folder, folder});
    }
  }
  // Where the loader finds libraries, and which of several is meant.
  line.Add({"--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"});
  line.Add({"--ro-bind-try", "/etc/alternatives", "/etc/alternatives"});
}

}  // namespace

std::vector<std::string> BubblewrapArguments(std::vector<std::string> argv, const Access& access) {
  CommandLine line;
  line.Add({kBubblewrapProgram, "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net",
            "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--cap-drop",
            "ALL"});
  AddSystem(line);
  if (!argv.front().starts_with("/usr/")) line.Add({"--ro-bind-try", argv.front(), argv.front()});
  if (!access.folder.empty()) line.Add({"--bind", access.folder.string(), access.folder.string()});
  if (!access.input.empty()) line.Add({"--ro-bind", access.input.string(), access.input.string()});
  line.Add({"--remount-ro", "/", "--chdir", "/", "--seccomp", std::to_string(kInheritedDescriptor), "--"});
  line.Add({kLimitProgram, kLimitThreads, "--"});
  line.Add(std::move(argv));
  return line.Take();
}

Bubblewrap::Bubblewrap() : filter_(MakeSystemCallFilter()) {
  for (const char* program : {kBubblewrapProgram, kLimitProgram}) {
    if (access(program, X_OK) != 0)
      throw Error(ErrorKind::kUnavailable, "sandbox_failed", std::string(program) + " is not installed.");
  }
}

Launch Bubblewrap::Confine(std::vector<std::string> argv, const Access& access) const {
  return {.argv = BubblewrapArguments(std::move(argv), access),
          .inherited = FilterFile(*filter_),
          .status_tells_signals = true};
}

}  // namespace descant::conversion::sandbox
