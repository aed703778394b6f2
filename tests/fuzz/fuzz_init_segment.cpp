// The boxes of an init segment, down to the codecs' own records.
#include "services/conversion/domain/init_segment.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace descant;
  fuzz::MayRefuse([&] {
    const conversion::InitSegment segment = conversion::ReadInitSegment({data, size});
    fuzz::Require(!segment.codec.empty() && segment.codec.size() < 100, "a codec string is short");
  });
  return 0;
}
