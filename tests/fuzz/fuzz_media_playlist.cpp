// What the segmenter writes; and that ours, made of it, says the same.
#include "services/conversion/domain/media_playlist.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace descant;
  fuzz::MayRefuse([&] {
    conversion::MediaPlaylist playlist = conversion::ParseMediaPlaylist(fuzz::Text(data, size));
    for (conversion::Segment& segment : playlist.segments)
      segment.bytes = static_cast<std::int64_t>(size) << 20;
    fuzz::Require(conversion::TargetDuration(playlist) >= 1, "the target duration is at least a second");
    fuzz::Require(conversion::PeakBitRate(playlist) >= conversion::AverageBitRate(playlist),
                  "the peak is not below the average");
    const conversion::MediaPlaylist again = conversion::ParseMediaPlaylist(
        conversion::RenderMediaPlaylist(playlist, conversion::PlaylistType::kVod));
    fuzz::Require(again.segments.size() == playlist.segments.size(), "no segment is lost");
    fuzz::Require(again.init_file == playlist.init_file && again.ended == playlist.ended, "it says the same");
  });
  return 0;
}
