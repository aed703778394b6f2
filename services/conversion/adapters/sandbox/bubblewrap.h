// The sandbox of bubblewrap: user, process, network, IPC, host name and control group namespaces of its own,
// in a file system that has nothing but what is named; and the filter of system calls on top.
#pragma once

#include "services/conversion/adapters/sandbox/sandbox.h"

namespace descant::conversion::sandbox {

constexpr const char* kBubblewrapProgram = "/usr/bin/bwrap";

// bubblewrap's command line that runs `argv`, which sees its files by their own paths.
std::vector<std::string> BubblewrapArguments(std::vector<std::string> argv, const Access& access);

class Bubblewrap final : public Sandbox {
 public:
  // Throws Error `sandbox_failed` when it is not installed.
  Bubblewrap();

  std::string_view name() const override { return "bubblewrap"; }
  Launch Confine(std::vector<std::string> argv, const Access& access) const override;

 private:
  std::shared_ptr<const SystemCallFilter> filter_;
};

}  // namespace descant::conversion::sandbox
