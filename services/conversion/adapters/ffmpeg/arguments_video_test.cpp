#include "services/conversion/adapters/ffmpeg/arguments_video.h"

#include <gtest/gtest.h>

#include "services/conversion/adapters/ffmpeg/commands_testing.h"

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

}  // namespace
}  // namespace descant::conversion::ffmpeg
