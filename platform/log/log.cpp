#include "platform/log/log.h"

#include <cmath>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "platform/base/time.h"
#include "platform/base/utf8.h"

namespace descant::log {

namespace {

// Paths and messages may hold any bytes; a line is always JSON.
std::string Quote(std::string_view text) {
  return boost::json::serialize(IsUtf8(text) ? boost::json::string(text)
                                             : boost::json::string(ToValidUtf8(text)));
}

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view ToWord(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
  }
  return "error";
}

// The one piece of state here: where lines go, set once by Start. Before that, nothing is written. Never
// destroyed: threads may write while the process exits.
std::shared_ptr<spdlog::logger>& Logger() {
  static auto& logger = *new std::shared_ptr<spdlog::logger>;
  return logger;
}

}  // namespace

Field::Field(std::string_view field, std::string_view text) : name(field), json(Quote(text)) {}
Field::Field(std::string_view field, double value)
    : name(field), json(std::isfinite(value) ? std::to_string(value) : "null") {}

Level ParseLevel(std::string_view word) {
  if (word == "debug") return Level::kDebug;
  if (word == "warning") return Level::kWarning;
  if (word == "error") return Level::kError;
  return Level::kInfo;
}

void Start(std::string service, Level level) {
  auto logger =
      std::make_shared<spdlog::logger>(std::move(service), std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%v");
  logger->set_level(ToSpdlog(level));
  Logger() = std::move(logger);
}

bool Writes(Level level) { return Logger() && Logger()->should_log(ToSpdlog(level)); }

void Write(Level level, std::string_view message, Fields fields) {
  if (!Writes(level)) return;
  const auto& logger = Logger();
  try {
    std::string line = R"({"time":")" + FormatRfc3339(Now()) + R"(","level":")" + std::string(ToWord(level)) +
                       R"(","service":)" + Quote(logger->name()) + R"(,"message":)" + Quote(message);
    for (const Field& field : fields) line += "," + Quote(field.name) + ":" + field.json;
    line += "}";
    logger->log(ToSpdlog(level), spdlog::string_view_t(line));
  } catch (const std::exception&) {
    // A line that cannot be written has nowhere else to go.
  }
}

}  // namespace descant::log
