// Reads what `ffmpeg -progress pipe:1` prints: blocks of name=value lines, each block ended by
// progress=continue or progress=end.
#pragma once

#include <optional>
#include <string_view>

#include "services/conversion/adapters/ffmpeg/named_values.h"
#include "services/conversion/domain/transcoder.h"

namespace descant::conversion::ffmpeg {

class ProgressParser {
 public:
  // The next piece of the output, cut anywhere. Answers the newest block that is complete; nothing when none
  // became so.
  std::optional<EncodingProgress> Feed(std::string_view bytes);

 private:
  NamedValues lines_{1024};  // a longer one is no line of a progress report
  EncodingProgress current_;
  std::optional<EncodingProgress> complete_;
};

}  // namespace descant::conversion::ffmpeg
