// What ffprobe prints, and whether such a file is accepted.
#include "services/conversion/adapters/ffmpeg/probe_parser.h"
#include "services/conversion/domain/limits.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace descant;
  fuzz::MayRefuse([&] {
    const conversion::SourceProbe probe = conversion::ffmpeg::ParseProbe(fuzz::Text(data, size));
    fuzz::Require(probe.duration.count() >= 0, "durations are not negative");
    conversion::CheckProbe(probe, {});
    if (const conversion::VideoStream* video = probe.MainVideo()) {
      const conversion::Size shown = conversion::DisplaySize(*video);
      fuzz::Require(shown.width > 0 && shown.height > 0, "a picture that decodes has a size");
    }
  });
  return 0;
}
