// JSON lines on standard error, one object a line: time, level, service, message, then the fields given.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace descant::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// A name and a value, rendered as JSON at once.
struct Field {
  std::string_view name;
  std::string json;

  Field(std::string_view field, std::string_view text);
  Field(std::string_view field, const char* text) : Field(field, std::string_view(text)) {}
  Field(std::string_view field, const std::string& text) : Field(field, std::string_view(text)) {}
  Field(std::string_view field, bool value) : name(field), json(value ? "true" : "false") {}
  Field(std::string_view field, double value);
  template <std::integral I>
  Field(std::string_view field, I value) : name(field), json(std::to_string(value)) {}
};

using Fields = std::initializer_list<Field>;

// Once, before the first line. Lines below `level` are dropped.
void Start(std::string service, Level level);
Level ParseLevel(std::string_view word);  // debug, info, warning, error; anything else is info

// Whether lines of this level are written; for where making fields for nothing would cost.
bool Writes(Level level);

// Thread-safe. Never throws, never blocks for long.
void Write(Level level, std::string_view message, Fields fields);

inline void Debug(std::string_view message, Fields fields = {}) { Write(Level::kDebug, message, fields); }
inline void Info(std::string_view message, Fields fields = {}) { Write(Level::kInfo, message, fields); }
inline void Warning(std::string_view message, Fields fields = {}) { Write(Level::kWarning, message, fields); }
inline void Error(std::string_view message, Fields fields = {}) { Write(Level::kError, message, fields); }

}  // namespace descant::log
