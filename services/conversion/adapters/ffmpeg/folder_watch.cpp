#include "services/conversion/adapters/ffmpeg/folder_watch.h"

#include <chrono>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/stat.h>

#include "platform/base/error.h"
#include "platform/runtime/runtime.h"

namespace descant::conversion::ffmpeg {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kInterval{1};
constexpr std::int64_t kBlock = 4096;
constexpr std::int64_t kStatBlock = 512;  // the unit of st_blocks

}  // namespace

struct FolderWatch::State {
  explicit State(const asio::any_io_executor& executor) : timer(executor) {}

  asio::steady_timer timer;
  fs::path folder;
  std::int64_t bytes = 0;
  std::function<void()> on_exceeded;  // empty: nobody watches any more
  bool exceeded = false;
};

std::int64_t FolderBytes(const fs::path& folder) {
  std::int64_t bytes = 0;
  std::error_code error;
  // What vanishes meanwhile is not counted.
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    struct stat found{};
    bytes += kBlock;
    if (lstat(entry->path().c_str(), &found) == 0 && S_ISREG(found.st_mode))
      bytes += found.st_blocks * kStatBlock;
  }
  return bytes;
}

namespace {

template <class State>
awaitable<void> Watch(std::shared_ptr<State> state, runtime::BlockingPool& pool) {
  while (state->on_exceeded) {
    state->timer.expires_after(kInterval);
    boost::system::error_code error;
    co_await state->timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error || !state->on_exceeded) co_return;
    std::int64_t bytes = 0;
    try {
      bytes = co_await pool.Run([folder = state->folder] { return FolderBytes(folder); });
    } catch (const Error&) {
      continue;  // the pool is busy
    }
    if (bytes <= state->bytes || !state->on_exceeded) continue;
    state->exceeded = true;
    state->on_exceeded();
    co_return;
  }
}

}  // namespace

FolderWatch::FolderWatch(const asio::any_io_executor& executor, runtime::BlockingPool& pool, fs::path folder,
                         std::int64_t bytes, std::function<void()> on_exceeded)
    : state_(std::make_shared<State>(executor)) {
  if (folder.empty()) return;
  state_->folder = std::move(folder);
  state_->bytes = bytes;
  state_->on_exceeded = std::move(on_exceeded);
  runtime::Spawn(executor, "folder watch", Watch(state_, pool));
}

FolderWatch::~FolderWatch() {
  state_->on_exceeded = nullptr;
  state_->timer.cancel();
}

bool FolderWatch::exceeded() const { return state_->exceeded; }

}  // namespace descant::conversion::ffmpeg
