#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include <sys/types.h>

namespace descant::conversion::testing {

struct ProcessInfo {
  pid_t pid = 0;
  std::string name;
  pid_t parent = 0;
  pid_t group = 0;
};

// Its words, each followed by a zero.
inline std::string CommandLine(const ProcessInfo& process) {
  std::ifstream in("/proc/" + std::to_string(process.pid) + "/cmdline");
  std::ostringstream words;
  words << in.rdbuf();
  return words.str();
}

// How many processes that are alive (zombies are not) fit.
inline int CountProcesses(const std::function<bool(const ProcessInfo&)>& fits) {
  int count = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    std::ifstream in(entry.path() / "stat");
    std::string stat;
    if (!std::getline(in, stat)) continue;
    const std::size_t open = stat.find('(');
    const std::size_t close = stat.rfind(')');
    if (open == std::string::npos || close == std::string::npos) continue;
    ProcessInfo info{.pid = std::stoi(stat), .name = stat.substr(open + 1, close - open - 1)};
    char state = 0;
    std::istringstream(stat.substr(close + 1)) >> state >> info.parent >> info.group;
    if (state != 'Z' && state != 'X' && fits(info)) ++count;
  }
  return count;
}

}  // namespace descant::conversion::testing
