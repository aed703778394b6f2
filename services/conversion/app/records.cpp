#include "services/conversion/app/records.h"

#include <utility>

#include "platform/base/error.h"
#include "services/conversion/app/completion_record.h"

namespace descant::conversion::app {

awaitable<std::optional<std::string>> ReadRecord(storage::Storage& storage, std::string key) {
  try {
    co_return co_await storage.Read(std::move(key));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kNotFound) throw;
  }
  co_return std::nullopt;
}

awaitable<void> WriteRecord(storage::Storage& storage, std::string key, std::string text) {
  storage::ObjectAttributes attributes{.content_type = "application/json", .cache_control = "no-store"};
  co_await storage.Write(std::move(key), std::move(text), std::move(attributes));
}

awaitable<std::optional<Result>> FindCompletion(storage::Storage& storage, const std::string& target_prefix) {
  const std::optional<std::string> text = co_await ReadRecord(storage, CompletionKey(target_prefix));
  if (!text) co_return std::nullopt;
  co_return ParseCompletion(*text);
}

}  // namespace descant::conversion::app
