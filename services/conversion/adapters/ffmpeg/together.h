// Several runs at once, as one: when one fails, the others are ended.
#pragma once

#include <functional>
#include <vector>

#include "platform/runtime/awaitable.h"
#include "services/conversion/domain/cancellation.h"

namespace descant::conversion::ffmpeg {

// Ends quickly once what it is given is requested.
using Work = std::function<awaitable<void>(Cancellation&)>;

// Until all of them have ended, on the caller's loop. Throws what the first of them threw that failed.
awaitable<void> RunTogether(std::vector<Work> works, Cancellation& cancellation);

}  // namespace descant::conversion::ffmpeg
