// Scratch space in a directory of this service's own: one folder a job. What a killed process left there is
// removed at the start; two processes cannot use one directory.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>

#include "platform/runtime/blocking.h"
#include "services/conversion/domain/scratch.h"

namespace descant::conversion::adapters {

class ScratchDirectory final : public Scratch {
 public:
  // Makes the directory when it is not there, locks and cleans it. `reserve`: bytes of its file system that
  // always stay free. Throws Error kConflict `scratch_in_use`, kUnavailable. The pool has to outlive it.
  ScratchDirectory(std::filesystem::path directory, std::int64_t reserve, runtime::BlockingPool& pool);
  ~ScratchDirectory() override;
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  awaitable<std::filesystem::path> Make(std::int64_t bytes) override;
  awaitable<void> Remove(std::filesystem::path folder) override;

 private:
  std::filesystem::path directory_;
  std::int64_t reserve_;
  runtime::BlockingPool& pool_;
  std::atomic<std::uint64_t> made_{0};
  int lock_ = -1;
};

}  // namespace descant::conversion::adapters
