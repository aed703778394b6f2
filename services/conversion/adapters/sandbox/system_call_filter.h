// What the kernel refuses to a program that only decodes and encodes: a filter of system calls (seccomp). It
// allows what is not named, so that FFmpeg and the C library may change; what is refused fails with EPERM.
//
// No sockets; no second process (threads are allowed); no signals; no tracing; no namespaces or mounts; no
// modes, owners, links or times of files; no memory that the address space limit does not count; no shared
// memory or queues; no keys, io_uring, bpf, perf or modules.
#pragma once

#include <memory>

#include "services/conversion/adapters/sandbox/sandbox.h"

namespace descant::conversion::sandbox {

// For this machine's architecture; any other kills the process. Throws Error kInternal `sandbox_failed`.
std::shared_ptr<const SystemCallFilter> MakeSystemCallFilter();

// A new file in memory with the filter in it, to be read from its beginning. Throws Error kUnavailable.
Descriptor FilterFile(const SystemCallFilter& filter);

}  // namespace descant::conversion::sandbox
