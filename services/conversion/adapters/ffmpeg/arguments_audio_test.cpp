#include "services/conversion/adapters/ffmpeg/arguments_audio.h"

#include <gtest/gtest.h>

#include "services/conversion/adapters/ffmpeg/commands_testing.h"

namespace descant::conversion::ffmpeg {
namespace {

using testing::ExpectCommands;
using testing::Probe;

TEST(AudioArguments, Stereo) { ExpectCommands("audio", Probe(), MediaKind::kAudio); }

TEST(AudioArguments, Mono) {
  SourceProbe probe = Probe();
  probe.audio[0].channels = 1;
  probe.audio[0].sample_rate = 16'000;
  ExpectCommands("audio_mono", probe, MediaKind::kAudio);
}

TEST(AudioArguments, Surround) {
  SourceProbe probe = Probe();
  probe.audio[0].channels = 6;
  ExpectCommands("audio_surround", probe, MediaKind::kAudio);
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
