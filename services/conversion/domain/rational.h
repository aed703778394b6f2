#pragma once

#include <cstdint>
#include <numeric>

namespace descant::conversion {

// An exact ratio, as media files state frame rates and pixel shapes. A denominator of 0: not known.
struct Rational {
  std::int64_t num = 0;
  std::int64_t den = 1;

  bool known() const { return num > 0 && den > 0; }
  double value() const { return den == 0 ? 0 : static_cast<double>(num) / static_cast<double>(den); }
  Rational Reduced() const {
    const std::int64_t divisor = std::gcd(num, den);
    return divisor == 0 ? *this : Rational{num / divisor, den / divisor};
  }
  bool operator==(const Rational&) const = default;
};

}  // namespace descant::conversion
