#include "services/conversion/domain/ladder.h"

#include <algorithm>
#include <cmath>

namespace descant::conversion {

namespace {

constexpr int kSmallestSide = 16;
constexpr int kLeastBitRate = 100'000;

// Sides closer than this look alike; the usual rungs are 2/3 and 3/4 apart.
constexpr double kNextRung = 0.8;

int Even(double side, int most) {
  const int even = static_cast<int>(std::lround(side / 2)) * 2;
  return std::max(kSmallestSide, std::min(even, most / 2 * 2));
}

// Smaller and slower pictures need less, though not in full proportion; the profile's rate is for 16:9 of the
// rung's lines at 30 frames a second.
int ScaledBitRate(const VideoRung& rung, Size size, Rational frame_rate) {
  const double full = static_cast<double>(rung.lines) * rung.lines * 16 / 9;
  const double pixels = std::min(1.0, static_cast<double>(size.width) * size.height / full);
  const double frames = std::max(frame_rate.value() / 30, 0.5);
  const double rate = rung.max_bit_rate * std::pow(pixels, 0.75) * std::pow(frames, 0.5);
  return std::max(kLeastBitRate, static_cast<int>(rate / 1000) * 1000);
}

int Longer(Size size) { return std::max(size.width, size.height); }

// Whether the rung was meant for larger pictures than the source.
bool Unfilled(const Rung& rung, Size source) { return Fit(source, rung.of->lines * 9 / 10) == rung.size; }

// Whether another rung of the same codec makes this one needless: one as large out of fewer lines, or the
// source's own size where that falls between two rungs and is hardly larger.
bool Needless(const Rung& rung, const std::vector<Rung>& all, Size source) {
  return std::ranges::any_of(all, [&](const Rung& other) {
    if (other.of->codec != rung.of->codec || other.of == rung.of) return false;
    if (other.size == rung.size) return other.of->lines < rung.of->lines;
    return Longer(other.size) > Longer(rung.size) && Longer(other.size) * kNextRung < Longer(rung.size) &&
           Unfilled(other, source);
  });
}

}  // namespace

Size Fit(Size source, int lines) {
  const double shorter = std::min(source.width, source.height);
  const double longer = std::max(source.width, source.height);
  const double longest = std::ceil(lines * 16.0 / 9.0);
  const double scale = std::min({1.0, lines / shorter, longest / longer});
  return {.width = Even(source.width * scale, source.width),
          .height = Even(source.height * scale, source.height)};
}

std::vector<Rung> ChooseRungs(const std::vector<VideoRung>& rungs, Size source, Rational frame_rate) {
  std::vector<Rung> fitting;
  for (const VideoRung& rung : rungs) {
    const Size size = Fit(source, rung.lines);
    fitting.push_back({.of = &rung, .size = size, .max_bit_rate = ScaledBitRate(rung, size, frame_rate)});
  }
  std::vector<Rung> chosen;
  for (const Rung& rung : fitting) {
    if (!Needless(rung, fitting, source)) chosen.push_back(rung);
  }
  return chosen;
}

}  // namespace descant::conversion
