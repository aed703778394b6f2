// Settings from the environment, typed. A service declares each of its settings once, by reading it; from
// that come the value, the check and the text of --help. Problems are collected, so that one start names them
// all.
//
//   config::Reader reader("descant-user", config::ProcessEnvironment());
//   Settings settings{.database = reader.Required("DESCANT_DATABASE", "libpq connection string")};
//   if (const auto code = reader.Finish(argc, argv)) return *code;
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace descant::config {

using Environment = std::function<std::optional<std::string>(std::string_view name)>;
Environment ProcessEnvironment();

class Reader {
 public:
  Reader(std::string program, Environment environment);

  std::string Required(std::string_view name, std::string_view help);
  std::string Optional(std::string_view name, std::string_view help, std::string_view fallback);

  // A secret of at least `min_bytes`; from NAME, or from the file that NAME_FILE names (one trailing newline
  // is cut). Required, and never shown.
  std::string Secret(std::string_view name, std::string_view help, std::size_t min_bytes);

  std::int64_t Integer(std::string_view name, std::string_view help, std::int64_t fallback, std::int64_t min,
                       std::int64_t max);

  // A number with ms, s, m, h or d: 500ms, 15m, 30d.
  std::chrono::milliseconds Duration(std::string_view name, std::string_view help,
                                     std::chrono::milliseconds fallback);

  // The same in whole seconds, one at least.
  std::chrono::seconds Seconds(std::string_view name, std::string_view help, std::chrono::seconds fallback);
  // A number of bytes with an optional KiB, MiB or GiB.
  std::int64_t Bytes(std::string_view name, std::string_view help, std::int64_t fallback);

  // One of the given words; the first is the fallback.
  std::string OneOf(std::string_view name, std::string_view help, std::vector<std::string> words);

  // For values that a service checks itself: `what` says what is wrong with NAME.
  void Reject(std::string_view name, std::string_view what);

  const std::vector<std::string>& problems() const { return problems_; }
  void PrintHelp(std::ostream& out) const;

  // The end of reading. With --help: prints the settings, returns 0. With an unknown argument or any problem:
  // names each on standard error, returns 64 or 78 (sysexits.h). Else nothing.
  std::optional<int> Finish(int argc, const char* const* argv) const;

 private:
  struct Setting {
    std::string name;
    std::string help;
    std::string form;  // what may stand there, and what does when nothing is set
  };
  std::optional<std::string> Read(std::string_view name, std::string_view help, std::string form);

  std::string program_;
  Environment environment_;
  std::vector<Setting> settings_;
  std::vector<std::string> problems_;
};

}  // namespace descant::config
