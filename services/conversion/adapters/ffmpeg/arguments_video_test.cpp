#include "services/conversion/adapters/ffmpeg/arguments_video.h"

#include <gtest/gtest.h>

#include "services/conversion/adapters/ffmpeg/commands_testing.h"
#include "services/conversion/domain/plan_chunks.h"

namespace descant::conversion::ffmpeg {
namespace {

using testing::ExpectCommands;
using testing::Probe;

TEST(VideoArguments, Plain) { ExpectCommands("video", Probe(), MediaKind::kVideo); }

TEST(VideoArguments, WithoutSound) {
  SourceProbe probe = Probe();
  probe.audio.clear();
  ExpectCommands("video_silent", probe, MediaKind::kVideo);
}

TEST(VideoArguments, InterlacedAndTurned) {
  SourceProbe probe = Probe();
  probe.video[0].interlaced = true;
  probe.video[0].rotation = 90;
  probe.video[0].coded = {4096, 2160};
  probe.video[0].average_rate = {50, 1};
  ExpectCommands("video_interlaced_turned", probe, MediaKind::kVideo);
}

TEST(VideoArguments, OfHighDynamicRange) {
  SourceProbe probe = Probe();
  VideoStream& video = probe.video[0];
  video.codec = "hevc";
  video.coded = {3840, 2160};
  video.bit_depth = 10;
  video.color = {"bt2020", "smpte2084", "bt2020nc"};
  video.mastering_display = MasteringDisplay{.red = {34'000, 16'000},
                                             .green = {13'250, 34'500},
                                             .blue = {7'500, 3'000},
                                             .white = {15'635, 16'450},
                                             .max_luminance = 10'000'000,
                                             .min_luminance = 50};
  video.content_light = ContentLight{1000, 400};
  ExpectCommands("video_hdr", probe, MediaKind::kVideo);
}

TEST(VideoArguments, OfStandardDefinitionWithFields) {
  SourceProbe probe = Probe();
  VideoStream& video = probe.video[0];
  video.codec = "mpeg2video";
  video.coded = {720, 576};
  video.pixel_shape = {64, 45};
  video.interlaced = true;
  video.average_rate = {25, 1};
  ExpectCommands("video_fields", probe, MediaKind::kVideo);
}

TEST(VideoArguments, WithTwoLanguages) {
  SourceProbe probe = Probe();
  probe.audio.push_back({.index = 2,
                         .codec = "ac3",
                         .channels = 6,
                         .sample_rate = 48'000,
                         .language = "ger",
                         .title = "Deutsch"});
  ExpectCommands("video_languages", probe, MediaKind::kVideo);
}

TEST(VideoArguments, OfAChunk) {
  const Plans plans =
      MakePlans(Probe(), MediaKind::kVideo, adapters::ParseProfile(adapters::DefaultProfile()));
  std::vector<Plan> chunks = CutPlan(Probe(), plans.rest);
  ASSERT_EQ(chunks.size(), 5U);
  chunks[1].chunk->turn = 2;
  for (const auto& [name, plan] :
       {std::pair{"first", chunks[0]}, {"again", chunks[1]}, {"last", chunks[4]}}) {
    const auto argv = EncodeArguments(plan, "/scratch/job-1/source", "/scratch/job-1/hls", {.threads = 2});
    conversion::testing::ExpectGolden(std::string("adapters/ffmpeg/golden/video_chunk_") + name + ".txt",
                                      testing::Lines(argv));
  }
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
