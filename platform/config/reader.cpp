#include "platform/config/reader.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <ostream>

namespace descant::config {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

constexpr std::int64_t kSecond = 1000;
constexpr Unit kDurations[] = {
    {"ms", 1}, {"s", kSecond}, {"m", 60 * kSecond}, {"h", 3600 * kSecond}, {"d", 86400 * kSecond}};
constexpr Unit kSizes[] = {{"", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};

// Beyond these, what is reckoned with them might not fit its type.
constexpr std::int64_t kLongest = 10 * 366 * 86400 * kSecond;
constexpr std::int64_t kLargest = std::int64_t{1} << 50;

// A whole number followed by exactly one of the units, at most `most` in all.
template <std::size_t N>
std::optional<std::int64_t> ParseWithUnit(std::string_view text, const Unit (&units)[N], std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || number < 0) return std::nullopt;
  const std::string_view name = text.substr(digits);
  for (const Unit& unit : units) {
    if (unit.name == name && number <= most / unit.factor) return number * unit.factor;
  }
  return std::nullopt;
}

// The largest unit that says it in whole numbers.
template <std::size_t N>
std::string ShowWithUnit(std::int64_t value, const Unit (&units)[N]) {
  const Unit* best = &units[0];
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.factor == 0) best = &unit;
  }
  return std::to_string(value / best->factor) + std::string(best->name);
}

std::string Join(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : separator).append(word);
  return text;
}

}  // namespace

Environment ProcessEnvironment() {
  return [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
}

Reader::Reader(std::string program, Environment environment)
    : program_(std::move(program)), environment_(std::move(environment)) {}

// An empty value counts as none: compose files and unit files can't leave a name out.
std::optional<std::string> Reader::Read(std::string_view name, std::string_view help, std::string form) {
  settings_.push_back({std::string(name), std::string(help), std::move(form)});
  auto value = environment_(name);
  if (value && value->empty()) value.reset();
  return value;
}

std::string Reader::Required(std::string_view name, std::string_view help) {
  auto value = Read(name, help, "required");
  if (!value) Reject(name, "is not set");
  return value.value_or("");
}

std::string Reader::Optional(std::string_view name, std::string_view help, std::string_view fallback) {
  return Read(name, help, fallback.empty() ? "optional" : "default " + std::string(fallback))
      .value_or(std::string(fallback));
}

std::string Reader::Secret(std::string_view name, std::string_view help, std::size_t min_bytes) {
  const std::string least = "at least " + std::to_string(min_bytes) + " bytes";
  auto value =
      Read(name, help, "secret, required, " + least + "; or a file of it in " + std::string(name) + "_FILE");
  const std::string file_setting = std::string(name) + "_FILE";
  const auto file = environment_(file_setting);
  if (!value && file && !file->empty()) {
    std::ifstream in(*file, std::ios::binary);
    value.emplace(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    if (!in) {
      Reject(file_setting, "names a file that cannot be read: " + *file);
      return "";
    }
    if (value->ends_with('\n')) value->pop_back();
  }
  if (!value) {
    Reject(name, "is not set, and neither is " + file_setting);
    return "";
  }
  if (value->size() < min_bytes) {
    Reject(name, "has to have " + least);
    return "";
  }
  return *value;
}

std::int64_t Reader::Integer(std::string_view name, std::string_view help, std::int64_t fallback,
                             std::int64_t min, std::int64_t max) {
  const std::string range = std::to_string(min) + " to " + std::to_string(max);
  const auto value = Read(name, help, range + ", default " + std::to_string(fallback));
  if (!value) return fallback;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error != std::errc() || end != value->data() + value->size() || number < min || number > max) {
    Reject(name, "has to be a whole number from " + range + ", not '" + *value + "'");
    return fallback;
  }
  return number;
}

std::chrono::milliseconds Reader::Duration(std::string_view name, std::string_view help,
                                           std::chrono::milliseconds fallback) {
  const auto value = Read(name, help, "duration, default " + ShowWithUnit(fallback.count(), kDurations));
  if (!value) return fallback;
  const auto parsed = ParseWithUnit(*value, kDurations, kLongest);
  if (!parsed) {
    Reject(name,
           "has to be a number with ms, s, m, h or d, like 15m, of ten years at most, not '" + *value + "'");
  }
  return std::chrono::milliseconds(parsed.value_or(fallback.count()));
}

std::chrono::seconds Reader::Seconds(std::string_view name, std::string_view help,
                                     std::chrono::seconds fallback) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(Duration(name, help, fallback));
  if (seconds.count() < 1) Reject(name, "has to be at least 1s");
  return seconds;
}

std::int64_t Reader::Bytes(std::string_view name, std::string_view help, std::int64_t fallback) {
  const auto value = Read(name, help, "bytes, default " + ShowWithUnit(fallback, kSizes));
  if (!value) return fallback;
  const auto parsed = ParseWithUnit(*value, kSizes, kLargest);
  if (!parsed) {
    Reject(name, "has to be a number of bytes, or one with KiB, MiB or GiB, of 1 PiB at most, not '" +
                     *value + "'");
  }
  return parsed.value_or(fallback);
}

std::string Reader::OneOf(std::string_view name, std::string_view help, std::vector<std::string> words) {
  const std::string choice = Join(words, "|");
  const auto value = Read(name, help, choice + ", default " + words.front());
  if (!value) return words.front();
  if (std::ranges::find(words, *value) == words.end()) {
    Reject(name, "has to be one of " + choice + ", not '" + *value + "'");
    return words.front();
  }
  return *value;
}

void Reader::Reject(std::string_view name, std::string_view what) {
  problems_.push_back(std::string(name) + " " + std::string(what));
}

void Reader::PrintHelp(std::ostream& out) const {
  out << "usage: " << program_ << " [--help]\n\nSettings, from the environment:\n\n";
  for (const Setting& setting : settings_) {
    out << "  " << setting.name << "\n      " << setting.help << " (" << setting.form << ")\n";
  }
}

std::optional<int> Reader::Finish(int argc, const char* const* argv) const {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--help" || argument == "-h") {
      PrintHelp(std::cout);
      return 0;
    }
    std::cerr << program_ << ": unknown argument " << argument << "; see --help\n";
    return 64;  // EX_USAGE
  }
  if (problems_.empty()) return std::nullopt;
  for (const std::string& problem : problems_) std::cerr << program_ << ": " << problem << "\n";
  return 78;  // EX_CONFIG
}

}  // namespace descant::config
