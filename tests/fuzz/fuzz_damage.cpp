// The first bytes of a file, and how long it is.
#include "services/conversion/domain/damage.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace descant;
  for (const char* container : {"wav", "mp3", "flac"}) {
    conversion::ContradictsItself(container, {data, size}, static_cast<std::int64_t>(size));
    conversion::ContradictsItself(container, {data, size}, std::int64_t{1} << 40);
  }
  return 0;
}
