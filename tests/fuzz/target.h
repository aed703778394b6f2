// What every fuzz target has: its one function, and the errors that are answers. Anything else that is thrown
// ends the run, as a crash does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "platform/base/error.h"
#include "services/conversion/domain/failure.h"

// libFuzzer's name for it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace descant::fuzz {

inline std::string_view Text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// A reader may refuse its input, in these two ways.
template <class Read>
void MayRefuse(Read read) {
  try {
    read();
  } catch (const conversion::Failure&) {
  } catch (const Error&) {
  }
}

inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// What was read, written and read again says the same.
template <class Parse, class Render>
void RequireSameAgain(std::string_view text, Parse parse, Render render) {
  MayRefuse([&] {
    const auto once = render(parse(text));
    Require(once == render(parse(once)), "it says the same");
  });
}

}  // namespace descant::fuzz
