// What FFmpeg prints of a sound, cut into pieces anywhere.
#include <cmath>

#include "services/conversion/adapters/ffmpeg/sound_parser.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace descant;
  if (size == 0) return 0;
  const std::size_t piece = std::size_t{data[0]} + 1;
  std::string_view rest = fuzz::Text(data + 1, size - 1);
  conversion::ffmpeg::SoundParser parser(std::chrono::duration<double>(0.1));
  while (!rest.empty()) {
    parser.Feed(rest.substr(0, piece));
    rest.remove_prefix(std::min(piece, rest.size()));
  }
  const conversion::SoundMeasurement sound = parser.Result();
  fuzz::Require(sound.samples >= 0, "samples are counted up");
  fuzz::Require(sound.waveform.peaks.size() <= conversion::kMostWaveformPoints, "an outline has few points");
  if (!sound.loudness) return 0;
  fuzz::Require(std::isfinite(sound.loudness->integrated_lufs), "loudness is a number");
  fuzz::Require(std::isfinite(sound.loudness->true_peak_dbtp), "the peak is a number");
  fuzz::Require(sound.loudness->range_lu >= 0, "the range is not below zero");
  return 0;
}
