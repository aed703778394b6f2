// Tells when a file of a given name was put in place, whole, in one of some folders: what FFmpeg does with
// its playlist after each segment. The kernel tells (inotify); nobody looks again and again.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "platform/runtime/awaitable.h"

namespace descant::conversion::ffmpeg {

class ArrivalWatch {
 public:
  // The folders have to be there. Throws Error kUnavailable when the kernel watches no more.
  ArrivalWatch(const asio::any_io_executor& executor, const std::vector<std::filesystem::path>& folders,
               std::string file);
  ~ArrivalWatch();
  ArrivalWatch(const ArrivalWatch&) = delete;
  ArrivalWatch& operator=(const ArrivalWatch&) = delete;

  // Which folders, by their places in the list, it was put in since this was asked last; waits for the first.
  // Empty once the watch is closed. One call at a time.
  awaitable<std::set<std::size_t>> Next();

  void Close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace descant::conversion::ffmpeg
