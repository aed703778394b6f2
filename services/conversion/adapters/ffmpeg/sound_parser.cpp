#include "services/conversion/adapters/ffmpeg/sound_parser.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace descant::conversion::ffmpeg {

namespace {

constexpr double kAbsoluteGate = -70;        // LUFS; what ebur128 says where nothing was louder
constexpr double kLoudest = 100;             // LUFS, dB
constexpr double kLongestStretch = 768'000;  // samples: a second of the highest rate

std::optional<double> Number(std::string_view text, double least, double most) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!(value >= least && value <= most)) return std::nullopt;  // also where it is no number
  return value;
}

double Linear(double decibels) { return std::pow(10, decibels / 20); }

double Tenths(double value) { return std::round(value * 10) / 10; }

}  // namespace

void SoundParser::Feed(std::string_view bytes) {
  lines_.Feed(bytes, [this](std::string_view name, std::string_view value) { Take(name, value); });
}

void SoundParser::Take(std::string_view name, std::string_view value) {
  if (name == "lavfi.r128.I") {
    loudness_.integrated_lufs = Number(value, -kLoudest, kLoudest).value_or(loudness_.integrated_lufs);
  } else if (name == "lavfi.r128.LRA") {
    loudness_.range_lu = Number(value, 0, kLoudest).value_or(loudness_.range_lu);
  } else if (name == "lavfi.r128.true_peak") {
    true_peak_ = std::max(true_peak_, Number(value, 0, Linear(kLoudest)).value_or(0));
  } else if (name == "lavfi.astats.Overall.Peak_level") {
    const double peak = Linear(Number(value, -1000, kLoudest).value_or(-1000));  // "-inf" for silence
    sample_peak_ = std::max(sample_peak_, peak);
    waveform_.Add(peak);
  } else if (name == "lavfi.astats.Overall.Number_of_samples") {
    samples_ += std::llround(Number(value, 0, kLongestStretch).value_or(0));
  }
}

SoundMeasurement SoundParser::Result() const {
  SoundMeasurement result{.waveform = waveform_.Outline(), .samples = samples_};
  // The true peak is printed in thousandths of full scale, which is coarse for what is very quiet; it is
  // never below that of the samples.
  const double peak = std::max(true_peak_, sample_peak_);
  if (loudness_.integrated_lufs > kAbsoluteGate && peak > 0) {
    result.loudness = Loudness{.integrated_lufs = Tenths(loudness_.integrated_lufs),
                               .range_lu = Tenths(loudness_.range_lu),
                               .true_peak_dbtp = Tenths(20 * std::log10(peak))};
  }
  return result;
}

}  // namespace descant::conversion::ffmpeg
