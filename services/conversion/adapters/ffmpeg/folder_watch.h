// Keeps a running program from filling the scratch space: looks about once a second how much is below the
// folder that it writes to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "platform/runtime/awaitable.h"
#include "platform/runtime/blocking.h"

namespace descant::conversion::ffmpeg {

// What is below a folder takes: the blocks of the files, and one block for each entry.
std::int64_t FolderBytes(const std::filesystem::path& folder);

class FolderWatch {
 public:
  // Calls `on_exceeded` once, on the loop of `executor`, when the folder has more than `bytes`. An empty
  // folder: nothing is watched. File calls run on `pool`.
  FolderWatch(const asio::any_io_executor& executor, runtime::BlockingPool& pool,
              std::filesystem::path folder, std::int64_t bytes, std::function<void()> on_exceeded);
  ~FolderWatch();  // after it, nothing is called
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  bool exceeded() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace descant::conversion::ffmpeg
