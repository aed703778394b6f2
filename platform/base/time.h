// Points in time as the API and the databases speak of them: UTC, microseconds.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace descant {

using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;

TimePoint Now();

// RFC 3339 in UTC with milliseconds: 2026-11-24T09:10:11.123Z.
std::string FormatRfc3339(TimePoint time);

// RFC 3339 with any offset and 0 to 9 decimals (cut to microseconds); a space may stand for the T and an
// offset of hours alone for the full one, as PostgreSQL writes it.
std::optional<TimePoint> ParseRfc3339(std::string_view text);

}  // namespace descant
