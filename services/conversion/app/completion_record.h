// The record that makes a job idempotent: a small JSON object beside the attempts, written last. Where it
// exists the job is done, whatever else may be tried.
#pragma once

#include <string>
#include <string_view>

#include "services/conversion/domain/media.h"

namespace descant::conversion::app {

std::string CompletionKey(const std::string& target_prefix);

std::string RenderCompletion(const Result& result);
// Throws Error kInternal when it is no completion record.
Result ParseCompletion(std::string_view json);

}  // namespace descant::conversion::app
