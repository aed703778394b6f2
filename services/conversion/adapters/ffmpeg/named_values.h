// Reads name=value lines, as FFmpeg's -progress and ametadata print them, out of pieces that are cut
// anywhere.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace descant::conversion::ffmpeg {

class NamedValues {
 public:
  // Of longer lines than `longest` bytes, only that many count.
  explicit NamedValues(std::size_t longest) : longest_(longest) {}

  // Calls take(name, value) for each line that the next piece completes; lines without `=` are passed over.
  template <class Take>
  void Feed(std::string_view bytes, const Take& take) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      const std::string_view piece = bytes.substr(0, end);
      line_ += piece.substr(0, longest_ - std::min(line_.size(), longest_));
      if (end == std::string_view::npos) break;
      const std::string_view line = line_;
      const std::size_t equals = line.find('=');
      if (equals != std::string_view::npos) take(line.substr(0, equals), line.substr(equals + 1));
      line_.clear();
      bytes.remove_prefix(end + 1);
    }
  }

 private:
  std::size_t longest_;
  std::string line_;
};

}  // namespace descant::conversion::ffmpeg
