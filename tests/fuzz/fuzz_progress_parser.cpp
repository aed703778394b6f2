// What FFmpeg prints of its progress, cut into pieces anywhere.
#include <cmath>
#include <optional>

#include "services/conversion/adapters/ffmpeg/progress_parser.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace descant;
  if (size == 0) return 0;
  const std::size_t piece = std::size_t{data[0]} + 1;
  std::string_view rest = fuzz::Text(data + 1, size - 1);
  conversion::ffmpeg::ProgressParser parser;
  std::chrono::milliseconds before{};
  while (!rest.empty()) {
    const auto progress = parser.Feed(rest.substr(0, piece));
    rest.remove_prefix(std::min(piece, rest.size()));
    if (!progress) continue;
    fuzz::Require(progress->position >= before, "the position does not go back");
    fuzz::Require(std::isfinite(progress->speed) && progress->speed >= 0, "speed is a number");
    before = progress->position;
  }
  return 0;
}
