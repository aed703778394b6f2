#include "platform/base/time.h"

#include <cstdint>

namespace descant {

namespace {

// Reads a fixed number of digits; moves `text` behind them.
std::optional<int> Digits(std::string_view& text, std::size_t count) {
  int value = 0;
  if (text.size() < count) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool Skip(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// Writes a number of `count` digits at `at`.
void Put(std::string& text, std::size_t at, std::size_t count, std::int64_t value) {
  for (std::size_t i = at + count; i-- > at; value /= 10) text[i] = static_cast<char>('0' + value % 10);
}

// 1 to 9 decimals.
std::optional<std::chrono::microseconds> Fraction(std::string_view& text) {
  std::int64_t value = 0;
  int digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    if (digits++ < 6) value = value * 10 + (text.front() - '0');
  }
  if (digits == 0 || digits > 9) return std::nullopt;
  for (; digits < 6; ++digits) value *= 10;
  return std::chrono::microseconds(value);
}

std::optional<std::chrono::minutes> Offset(std::string_view& text) {
  if (Skip(text, "Zz")) return std::chrono::minutes(0);
  if (text.empty()) return std::nullopt;
  const int sign = text.front() == '-' ? -1 : 1;
  if (!Skip(text, "+-")) return std::nullopt;
  const auto hours = Digits(text, 2);
  if (!hours || *hours > 23) return std::nullopt;
  int minutes = 0;
  if (Skip(text, ":")) {
    const auto read = Digits(text, 2);
    if (!read || *read > 59) return std::nullopt;
    minutes = *read;
  }
  return std::chrono::minutes(sign * (*hours * 60 + minutes));
}

}  // namespace

TimePoint Now() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string FormatRfc3339(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::milliseconds>(time - day)};
  std::string text = "0000-00-00T00:00:00.000Z";
  Put(text, 0, 4, static_cast<int>(date.year()));
  Put(text, 5, 2, static_cast<unsigned>(date.month()));
  Put(text, 8, 2, static_cast<unsigned>(date.day()));
  Put(text, 11, 2, clock.hours().count());
  Put(text, 14, 2, clock.minutes().count());
  Put(text, 17, 2, clock.seconds().count());
  Put(text, 20, 3, clock.subseconds().count());
  return text;
}

std::optional<TimePoint> ParseRfc3339(std::string_view text) {
  const auto year = Digits(text, 4);
  if (!year || !Skip(text, "-")) return std::nullopt;
  const auto month = Digits(text, 2);
  if (!month || !Skip(text, "-")) return std::nullopt;
  const auto day = Digits(text, 2);
  if (!day || !Skip(text, "Tt ")) return std::nullopt;
  const auto hour = Digits(text, 2);
  if (!hour || !Skip(text, ":")) return std::nullopt;
  const auto minute = Digits(text, 2);
  if (!minute || !Skip(text, ":")) return std::nullopt;
  const auto second = Digits(text, 2);
  if (!second) return std::nullopt;
  std::optional<std::chrono::microseconds> fraction{0};
  if (Skip(text, ".")) fraction = Fraction(text);
  const auto offset = Offset(text);
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!fraction || !offset || !text.empty() || !date.ok() || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + *fraction - *offset;
}

}  // namespace descant
