// Reads what `ffmpeg -progress pipe:1` prints: blocks of name=value lines, each block ended by
// progress=continue or progress=end.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/conversion/domain/transcoder.h"

namespace descant::conversion::ffmpeg {

class ProgressParser {
 public:
  // The next piece of the output, cut anywhere. Answers the newest block that is complete; nothing when none
  // became so.
  std::optional<EncodingProgress> Feed(std::string_view bytes);

 private:
  void TakeLine(std::string_view line);

  std::string line_;
  EncodingProgress current_;
  std::optional<EncodingProgress> complete_;
};

}  // namespace descant::conversion::ffmpeg
