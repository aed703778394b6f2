// A profile that an operator wrote.
#include "services/conversion/adapters/profile_file.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace descant;
  fuzz::MayRefuse([&] {
    const conversion::Profile profile = conversion::adapters::ParseProfile(fuzz::Text(data, size));
    fuzz::Require(profile.key_frame_interval.count() > 0 &&
                      profile.segment.count() % profile.key_frame_interval.count() == 0,
                  "segments begin at key frames");
  });
  return 0;
}
