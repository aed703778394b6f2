// Sources that were fetched for a chunk and may be wanted for the next one of the same video. Each is used by
// one at a time: who wants it meanwhile fetches it for himself.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <list>
#include <mutex>
#include <optional>
#include <string>

#include "platform/runtime/awaitable.h"
#include "services/conversion/domain/scratch.h"

namespace descant::conversion::app {

// Shared by all cores. It has to outlive what the loops do.
class SourceShelf {
 public:
  // At most `most` at a time, each for `lasting` since it was used last.
  SourceShelf(Scratch& scratch, std::size_t most, std::chrono::seconds lasting)
      : scratch_(scratch), most_(most), lasting_(lasting) {}

  // The scratch folder with that source, which is the caller's from now on. Nothing when there is none.
  std::optional<std::filesystem::path> Take(const std::string& source_key);
  // The folder is the shelf's from now on, which removes it from the scratch space in its time.
  awaitable<void> Put(std::string source_key, std::filesystem::path folder);

 private:
  struct Kept {
    std::string source_key;
    std::filesystem::path folder;
    std::uint64_t number = 0;
  };
  awaitable<void> RemoveLater(std::uint64_t number);

  Scratch& scratch_;
  std::size_t most_;
  std::chrono::seconds lasting_;
  std::mutex mutex_;
  std::list<Kept> kept_;  // the one used last at the end
  std::uint64_t put_ = 0;
};

}  // namespace descant::conversion::app
