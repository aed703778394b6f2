#pragma once

#include <functional>

#include "platform/base/time.h"

namespace descant::user::app {

using Clock = std::function<TimePoint()>;

}  // namespace descant::user::app
