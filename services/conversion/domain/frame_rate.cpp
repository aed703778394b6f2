#include "services/conversion/domain/frame_rate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace descant::conversion {

namespace {

constexpr Rational kUnknown{30, 1};

// In rising order.
constexpr std::array kUsualRates = {
    Rational{12, 1},       Rational{15000, 1001}, Rational{15, 1},  Rational{24000, 1001}, Rational{24, 1},
    Rational{25, 1},       Rational{30000, 1001}, Rational{30, 1},  Rational{48, 1},       Rational{50, 1},
    Rational{60000, 1001}, Rational{60, 1},       Rational{100, 1}, Rational{120, 1}};

bool Close(Rational a, Rational b, double tolerance) {
  return std::abs(a.value() - b.value()) <= b.value() * tolerance;
}

Rational HalvedBelow(Rational rate, int most) {
  while (rate.value() > most * 1.001) rate.den *= 2;
  return rate;
}

// The usual rate that is meant when timestamps say nearly so.
std::optional<Rational> Usual(Rational rate, double tolerance) {
  std::optional<Rational> nearest;
  for (const Rational& usual : kUsualRates) {
    if (!Close(rate, usual, tolerance)) continue;
    if (!nearest || std::abs(usual.value() - rate.value()) < std::abs(nearest->value() - rate.value()))
      nearest = usual;
  }
  return nearest;
}

Rational InThousandths(Rational rate) {
  return Rational{std::lround(std::max(1.0, rate.value()) * 1000), 1000}.Reduced();
}

}  // namespace

Rational ConstantFrameRate(Rational average, Rational base, int most) {
  constexpr double kRounding = 0.0004;  // of timestamps; 30 and 30000/1001 are 0.001 apart
  constexpr double kJitter = 0.04;      // of a camera that drops a frame now and then
  if (!average.known() && !base.known()) return kUnknown;
  const Rational rate = HalvedBelow(average.known() ? average : base, most);
  const Rational grid = HalvedBelow(base.known() ? base : average, most);
  if (const auto usual = Usual(rate, kRounding)) return *usual;
  if (Close(rate, grid, kRounding)) return InThousandths(rate);
  // Variable: motion was taken at the grid's rate where that is a usual one and not much is missing from it.
  const auto usual_grid = Usual(grid, kRounding);
  if (usual_grid && rate.value() >= usual_grid->value() / 2) return *usual_grid;
  if (const auto usual = Usual(rate, kJitter)) return *usual;
  for (const Rational& usual : kUsualRates) {
    if (usual.value() >= rate.value() && usual.value() <= most * 1.001) return usual;
  }
  return InThousandths(rate);
}

}  // namespace descant::conversion
