// The pieces of FFmpeg's command lines.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "services/conversion/domain/plan.h"

namespace descant::conversion::ffmpeg {

struct ArgumentRules;

class ArgumentList {
 public:
  explicit ArgumentList(const std::string& program) { arguments_.push_back(program); }
  void Add(std::initializer_list<std::string> arguments) {
    arguments_.insert(arguments_.end(), arguments.begin(), arguments.end());
  }
  std::vector<std::string> Take() { return std::move(arguments_); }

 private:
  std::vector<std::string> arguments_;
};

// How every command reads a source: which demuxers are tried, that they open nothing but their one file, and
// how large a picture may become.
void AddInputRules(ArgumentList& list, const ArgumentRules& rules);

// Begins a command of FFmpeg that prints errors alone. `input`: the options of the source, and the source.
ArgumentList QuietCommand(const ArgumentRules& rules, std::initializer_list<std::string> input);

std::string Text(Rational rational);  // 30 or 30000/1001
std::string Text(Size size);          // 1920:1080

// Labels of a filter graph's pads: [a0], and [a0][a1] for two.
std::string Pad(const char* kind, std::size_t index);
std::string Pads(const char* kind, std::size_t count);

}  // namespace descant::conversion::ffmpeg
