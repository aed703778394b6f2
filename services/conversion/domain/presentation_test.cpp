#include "services/conversion/domain/presentation.h"

#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "services/conversion/testing/golden.h"

namespace descant::conversion {
namespace {

MeasuredRendition Encoded(const std::string& name, const std::string& codec, Size size, std::int64_t bytes) {
  return Measure({.name = name,
                  .init = {.codec = codec, .size = size, .channels = size.width > 0 ? 0 : 2},
                  .playlist = {.init_file = "init.mp4",
                               .segments = {{"00000.m4s", 6, bytes}, {"00001.m4s", 2.5, bytes / 4}},
                               .ended = true}});
}

TEST(Presentation, CountsTheSoundInEachPictureVariant) {
  const Plan plan{.kind = MediaKind::kVideo,
                  .audio_format = AudioFormat{.language = "en"},
                  .audio = {{.name = "audio-128k", .bit_rate = 128'000}},
                  .video_format = VideoFormat{.frame_rate = {25, 1}},
                  .video = {{.name = "avc"}, {.name = "hevc", .codec = VideoCodec::kHevc}}};
  const Presentation made = Present(plan, {Encoded("hevc", "hvc1.1.6.L93.90", {1280, 720}, 600'000),
                                           Encoded("avc", "avc1.64001f", {1280, 720}, 900'000),
                                           Encoded("audio-128k", "mp4a.40.2", {}, 96'000)});
  testing::ExpectGolden("domain/golden/presentation_video.m3u8", RenderMasterPlaylist(made.master));
  EXPECT_EQ(made.media.duration, std::chrono::milliseconds(8500));
  ASSERT_EQ(made.media.renditions.size(), 2U);
  EXPECT_EQ(made.media.renditions[0], (RenditionSummary{.codec = "avc1.64001f,mp4a.40.2",
                                                        .bandwidth = 1'200'000 + 128'000,
                                                        .size = {1280, 720},
                                                        .frame_rate = 25}));
}

TEST(Presentation, NamesEachSoundTrack) {
  Plan plan{.kind = MediaKind::kVideo,
            .audio_format = AudioFormat{.language = "en"},
            .video_format = VideoFormat{.frame_rate = {25, 1}},
            .video = {{.name = "avc"}}};
  std::vector<MeasuredRendition> encoded = {Encoded("avc", "avc1.64001f", {640, 360}, 90'000)};
  encoded[0].i_frames = MeasuredIFrames{25'600, 16'000, "avc/iframes.m3u8"};
  for (const AudioFormat& track :
       {*plan.audio_format, AudioFormat{.language = "de"}, AudioFormat{.language = "de"},
        AudioFormat{.language = "en", .title = "The director \"speaks\""}, AudioFormat{}}) {
    plan.audio.push_back({.name = "audio-" + std::to_string(plan.audio.size())});
    if (plan.audio.size() > 1) plan.audio.back().further = track;
    encoded.push_back(Encoded(plan.audio.back().name, "mp4a.40.2", {}, 96'000));
  }
  testing::ExpectGolden("domain/golden/presentation_tracks.m3u8",
                        RenderMasterPlaylist(Present(plan, encoded).master));
}

TEST(Presentation, OffersTheSubtitlesThatWereMade) {
  const Plan plan{.kind = MediaKind::kVideo,
                  .video_format = VideoFormat{.frame_rate = {25, 1}},
                  .video = {{.name = "avc"}}};
  Presentation made = Present(plan, {Encoded("avc", "avc1.64001f", {640, 360}, 90'000)});
  made.master.subtitles = {
      {.name = "The \"long\" one", .language = "en", .uri = "subtitles-1/index.m3u8"},
      {.name = "de", .language = "de", .hearing_impaired = true, .uri = "../1/subtitles-2/index.m3u8"},
      {.name = "Subtitles 3", .forced = true, .uri = "subtitles-3/index.m3u8"}};
  testing::ExpectGolden("domain/golden/presentation_subtitles.m3u8", RenderMasterPlaylist(made.master));
}

TEST(Presentation, OfSilentVideoHasNoGroup) {
  const Plan plan{.kind = MediaKind::kVideo,
                  .video_format = VideoFormat{.frame_rate = {25, 1}},
                  .video = {{.name = "avc"}}};
  const Presentation made = Present(plan, {Encoded("avc", "avc1.64001f", {640, 360}, 90'000)});
  EXPECT_TRUE(made.master.audio.empty());
  EXPECT_EQ(made.master.variants.at(0).codecs, "avc1.64001f");
  EXPECT_EQ(made.master.variants.at(0).audio_group, "");
}

TEST(Presentation, NeedsEveryRendition) {
  const Plan plan{.audio_format = AudioFormat{}, .audio = {{.name = "audio-128k"}, {.name = "audio-256k"}}};
  EXPECT_THROW(Present(plan, {Encoded("audio-128k", "mp4a.40.2", {}, 96'000)}), Error);
}

}  // namespace
}  // namespace descant::conversion
