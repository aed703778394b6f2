// Where programs that read hostile files are held: they see the system's programs and libraries, one input
// and one folder to write to; no network, no other process, no other file; and they have no privileges. A
// sandbox says how such a program is started; whoever starts it does as the Launch says.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <linux/filter.h>

#include "services/conversion/adapters/sandbox/descriptor.h"

namespace descant::conversion::sandbox {

// What one run of a program may reach of this machine's files. Absolute paths, of what exists; the input is
// not in the folder.
struct Access {
  std::filesystem::path input;   // a file that is read; empty: none
  std::filesystem::path folder;  // that is written and read; empty: none
};

using SystemCallFilter = std::vector<sock_filter>;

// What is executed, and what is done to the new process before. An aggregate of plain data, so that the time
// between fork and exec needs nothing that allocates.
struct Launch {
  std::vector<std::string> argv;                        // argv[0] is an absolute path
  Descriptor inherited = {};                            // becomes descriptor 3
  Descriptor ruleset = {};                              // of Landlock, that it is restricted to
  std::shared_ptr<const SystemCallFilter> filter = {};  // of its system calls, from exec on
  bool drop_capabilities = false;
  bool status_tells_signals = false;  // an exit code of 128 + n stands for signal n
};

// The descriptor that `Launch::inherited` becomes.
constexpr int kInheritedDescriptor = 3;

// May be used from several threads at once.
class Sandbox {
 public:
  virtual ~Sandbox() = default;

  virtual std::string_view name() const = 0;

  // `argv[0]` is an absolute path. Throws Error kUnavailable `sandbox_failed`.
  virtual Launch Confine(std::vector<std::string> argv, const Access& access) const = 0;
};

// No sandbox: what is started reaches all that the service does.
class Unconfined final : public Sandbox {
 public:
  std::string_view name() const override { return "off"; }
  Launch Confine(std::vector<std::string> argv, const Access&) const override {
    return {.argv = std::move(argv)};
  }
};

}  // namespace descant::conversion::sandbox
