#include "services/conversion/adapters/ffmpeg/arguments.h"

#include <string>

#include <gtest/gtest.h>

#include "services/conversion/adapters/profile_file.h"
#include "services/conversion/testing/golden.h"

namespace descant::conversion::ffmpeg {
namespace {

using ::descant::conversion::testing::ExpectGolden;

// One argument a line.
std::string Lines(const std::vector<std::string>& argv) {
  std::string lines;
  for (const std::string& argument : argv) lines += argument + "\n";
  return lines;
}

SourceProbe Probe() {
  return {.container = "mov,mp4,m4a,3gp,3g2,mj2",
          .duration = std::chrono::seconds(60),
          .streams = 2,
          .audio = {{.index = 1, .codec = "aac", .channels = 2, .sample_rate = 44'100}},
          .video = {{.index = 0, .codec = "h264", .coded = {1920, 1080}, .average_rate = {30000, 1001}}}};
}

void ExpectCommand(const std::string& golden, const SourceProbe& probe, MediaKind kind) {
  const Profile profile = adapters::ParseProfile(adapters::DefaultProfile());
  const Plan plan = MakePlan(probe, kind, profile);
  const auto argv = EncodeArguments(plan, "/scratch/job-1/source", "/scratch/job-1/hls", {.threads = 2});
  ExpectGolden("adapters/ffmpeg/golden/" + golden, Lines(argv));
}

TEST(Arguments, Probe) {
  ExpectGolden("adapters/ffmpeg/golden/probe.txt",
               Lines(ProbeArguments("/scratch/job-1/source", {.threads = 2})));
}

TEST(Arguments, Audio) { ExpectCommand("audio.txt", Probe(), MediaKind::kAudio); }

TEST(Arguments, AudioMono) {
  SourceProbe probe = Probe();
  probe.audio[0].channels = 1;
  probe.audio[0].sample_rate = 16'000;
  ExpectCommand("audio_mono.txt", probe, MediaKind::kAudio);
}

TEST(Arguments, Video) { ExpectCommand("video.txt", Probe(), MediaKind::kVideo); }

TEST(Arguments, VideoWithoutSound) {
  SourceProbe probe = Probe();
  probe.audio.clear();
  ExpectCommand("video_silent.txt", probe, MediaKind::kVideo);
}

TEST(Arguments, VideoInterlacedAndTurned) {
  SourceProbe probe = Probe();
  probe.video[0].interlaced = true;
  probe.video[0].rotation = 90;
  probe.video[0].coded = {4096, 2160};
  probe.video[0].average_rate = {50, 1};
  ExpectCommand("video_interlaced_turned.txt", probe, MediaKind::kVideo);
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
