#include "services/conversion/adapters/profile_parts.h"

namespace descant::conversion::adapters {

AudioProfile ParseAudioProfile(const json::object& object) {
  return {.bit_rates = BitRates(object, "bit_rates"), .mono_bit_rates = BitRates(object, "mono_bit_rates")};
}

}  // namespace descant::conversion::adapters
