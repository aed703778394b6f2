// The sandbox for where namespaces are refused, as in a plain container: Landlock for files, the filter of
// system calls for all else, and no capabilities. Needs no privileges.
//
// It is weaker than bubblewrap in two ways: whether a path exists can be found out (not what is in it), and
// threads are limited by memory alone.
#pragma once

#include <cstdint>

#include "services/conversion/adapters/sandbox/sandbox.h"

namespace descant::conversion::sandbox {

class Landlock final : public Sandbox {
 public:
  // Throws Error `sandbox_failed` where the kernel has no Landlock, or it is not enabled.
  Landlock();

  std::string_view name() const override { return "landlock"; }
  Launch Confine(std::vector<std::string> argv, const Access& access) const override;

 private:
  int version_;
  std::shared_ptr<const SystemCallFilter> filter_;
};

}  // namespace descant::conversion::sandbox
