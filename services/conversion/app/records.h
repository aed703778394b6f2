// The small records that a job leaves in storage beside its attempts.
#pragma once

#include <optional>
#include <string>

#include "platform/runtime/awaitable.h"
#include "platform/storage/storage.h"
#include "services/conversion/domain/media.h"

namespace descant::conversion::app {

// Nothing when there is none.
awaitable<std::optional<std::string>> ReadRecord(storage::Storage& storage, std::string key);
awaitable<void> WriteRecord(storage::Storage& storage, std::string key, std::string text);

// What an attempt of the job has completed.
awaitable<std::optional<Result>> FindCompletion(storage::Storage& storage, const std::string& target_prefix);

}  // namespace descant::conversion::app
