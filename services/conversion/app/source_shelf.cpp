#include "services/conversion/app/source_shelf.h"

#include <algorithm>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "platform/runtime/runtime.h"

namespace descant::conversion::app {

std::optional<std::filesystem::path> SourceShelf::Take(const std::string& source_key) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(kept_, source_key, &Kept::source_key);
  if (found == kept_.end()) return std::nullopt;
  std::filesystem::path folder = std::move(found->folder);
  kept_.erase(found);
  return folder;
}

awaitable<void> SourceShelf::Put(std::string source_key, std::filesystem::path folder) {
  std::optional<std::filesystem::path> one_too_many;
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = ++put_;
    kept_.push_back({.source_key = std::move(source_key), .folder = std::move(folder), .number = number});
    if (kept_.size() > most_) {
      one_too_many = std::move(kept_.front().folder);
      kept_.pop_front();
    }
  }
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  runtime::Spawn(executor, "source shelf", RemoveLater(number));
  if (one_too_many) co_await scratch_.Remove(*std::move(one_too_many));
}

awaitable<void> SourceShelf::RemoveLater(std::uint64_t number) {
  co_await runtime::Sleep(lasting_);
  std::optional<std::filesystem::path> folder;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(kept_, number, &Kept::number);
    if (found != kept_.end()) {
      folder = std::move(found->folder);
      kept_.erase(found);
    }
  }
  if (folder) co_await scratch_.Remove(*std::move(folder));
}

}  // namespace descant::conversion::app
