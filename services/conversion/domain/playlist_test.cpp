#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "services/conversion/domain/master_playlist.h"
#include "services/conversion/domain/media_playlist.h"
#include "services/conversion/testing/golden.h"

namespace descant::conversion {
namespace {

using ::descant::conversion::testing::ExpectGolden;

constexpr const char* kWritten =
    "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:"
    "EVENT\n"
    "#EXT-X-MAP:URI=\"init_0.mp4\"\n#EXTINF:6.013968,\n00000.m4s\n#EXTINF:1.021678,\n00001.m4s\n";

TEST(MediaPlaylist, IsReadAndWrittenAsItGrowsAndEnds) {
  MediaPlaylist playlist = ParseMediaPlaylist(kWritten);
  EXPECT_EQ(playlist.init_file, "init_0.mp4");
  ASSERT_EQ(playlist.segments.size(), 2U);
  EXPECT_EQ(playlist.segments[1].file, "00001.m4s");
  EXPECT_DOUBLE_EQ(playlist.Duration(), 7.035646);
  EXPECT_FALSE(playlist.ended);
  ExpectGolden("domain/golden/media_event.m3u8", RenderMediaPlaylist(playlist, PlaylistType::kEvent));
  playlist = ParseMediaPlaylist(std::string(kWritten) + "#EXT-X-ENDLIST\n");
  EXPECT_TRUE(playlist.ended);
  ExpectGolden("domain/golden/media_vod.m3u8", RenderMediaPlaylist(playlist, PlaylistType::kVod));
}

TEST(MediaPlaylist, RefusesWhatTheSegmenterDoesNotWrite) {
  const std::string head = "#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\"\n";
  for (const std::string& text :
       {std::string(), std::string("hello"), std::string("#EXTM3U\n"), head + "a.m4s\n",
        head + "#EXTINF:x,\na.m4s\n", head + "#EXTINF:-1,\na.m4s\n", head + "#EXTINF:nan,\na.m4s\n",
        head + "#EXTINF:6,\n../../etc/passwd\n", head + "#EXTINF:6,\n..\n",
        std::string("#EXTM3U\n#EXT-X-MAP:URI=\"/etc/passwd\"\n"), std::string("#EXTM3U\n#EXT-X-MAP:URI=\"\n"),
        std::string("#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\n"), head + "#EXTINF:6,\n\r\r\n",
        head + "#EXTINF:6,\na\"b\n"}) {
    EXPECT_THROW(ParseMediaPlaylist(text), Error) << text;
  }
}

TEST(BitRates, AreMeasuredOverRunsOfSegments) {
  MediaPlaylist playlist{.init_file = "init.mp4",
                         .segments = {{"0", 6, 600'000}, {"1", 6, 900'000}, {"2", 2, 900'000}}};
  EXPECT_EQ(AverageBitRate(playlist), (2'400'000U * 8 + 13) / 14);
  // The last is too short to count alone: 2 s of 6; with the one before it, it is 8 of at most 9 seconds.
  EXPECT_EQ(PeakBitRate(playlist), 1'800'000U);
  playlist.segments = {{"0", 1, 1000}};
  EXPECT_EQ(PeakBitRate(playlist), 8000U);
  playlist.segments.clear();
  EXPECT_EQ(PeakBitRate(playlist), 0U);
}

TEST(BitRates, OfHardlyAnyTimeAreTheMostThereIs) {
  EXPECT_EQ(BitRate(1, 3), 3U);
  EXPECT_EQ(BitRate(1, 0), 0U);
  EXPECT_EQ(BitRate(1, 1e-9), std::numeric_limits<std::uint32_t>::max());
  EXPECT_EQ(BitRate(1, std::numeric_limits<double>::denorm_min()), std::numeric_limits<std::uint32_t>::max());
}

TEST(MasterPlaylist, NamesSoundAlone) {
  const MasterPlaylist master{.variants = {{.bandwidth = 132'000,
                                            .average_bandwidth = 129'500,
                                            .codecs = "mp4a.40.2",
                                            .uri = "audio-128k/index.m3u8"},
                                           {.bandwidth = 260'000,
                                            .average_bandwidth = 257'000,
                                            .codecs = "mp4a.40.2",
                                            .uri = "audio-256k/index.m3u8"}}};
  ExpectGolden("domain/golden/master_audio.m3u8", RenderMasterPlaylist(master));
}

TEST(MasterPlaylist, NamesPicturesWithTheirSound) {
  const MasterPlaylist master{
      .audio = {{.group = "audio", .name = "Au\"dio\n", .language = "de", .uri = "audio-128k/index.m3u8"}},
      .variants = {{.bandwidth = 4'132'000,
                    .average_bandwidth = 3'129'500,
                    .codecs = "avc1.640028,mp4a.40.2",
                    .resolution = {1920, 1080},
                    .frame_rate = 30000.0 / 1001,
                    .audio_group = "audio",
                    .uri = "avc/index.m3u8"},
                   {.bandwidth = 2'132'000,
                    .average_bandwidth = 1'129'500,
                    .codecs = "hvc1.2.4.L120.90,mp4a.40.2",
                    .resolution = {1920, 1080},
                    .frame_rate = 30000.0 / 1001,
                    .range = VideoRange::kPq,
                    .audio_group = "audio",
                    .uri = "hevc/index.m3u8"}}};
  ExpectGolden("domain/golden/master_video.m3u8", RenderMasterPlaylist(master));
}

}  // namespace
}  // namespace descant::conversion
