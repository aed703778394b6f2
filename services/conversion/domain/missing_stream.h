#pragma once

#include <algorithm>
#include <vector>

#include "services/conversion/domain/failure.h"

namespace descant::conversion {

// Why there is no stream of a kind that can be used: Failure kDamaged when there is one that says nothing of
// itself, else `none`.
template <class Stream>
[[noreturn]] void FailForMissing(const std::vector<Stream>& streams, FailureCode none) {
  const bool unreadable =
      std::ranges::any_of(streams, [](const Stream& stream) { return !stream.decodable(); });
  throw Failure(unreadable ? FailureCode::kDamaged : none);
}

}  // namespace descant::conversion
