#include "services/conversion/adapters/ffmpeg/arguments_sound.h"

#include <gtest/gtest.h>

#include "services/conversion/adapters/ffmpeg/commands_testing.h"

namespace descant::conversion::ffmpeg {
namespace {

using conversion::testing::ExpectGolden;
using testing::Lines;

Plan PlanOf(const SourceProbe& probe, MediaKind kind) {
  return MakePlans(probe, kind, adapters::ParseProfile(adapters::DefaultProfile())).first;
}

void ExpectMeasurement(const std::string& golden, const SourceProbe& probe, MediaKind kind) {
  ExpectGolden("adapters/ffmpeg/golden/" + golden,
               Lines(MeasureArguments(PlanOf(probe, kind), "/scratch/job-1/source", {.threads = 2})));
}

TEST(SoundArguments, Measurement) { ExpectMeasurement("measure.txt", testing::Probe(), MediaKind::kAudio); }

TEST(SoundArguments, MeasurementOfMono) {
  SourceProbe probe = testing::Probe();
  probe.audio[0].channels = 1;
  ExpectMeasurement("measure_mono.txt", probe, MediaKind::kAudio);
}

TEST(SoundArguments, MeasurementOfSurroundBesideAPicture) {
  SourceProbe probe = testing::Probe();
  probe.audio[0].channels = 6;
  ExpectMeasurement("measure_surround_video.txt", probe, MediaKind::kVideo);
}

TEST(SoundArguments, Cover) {
  ExpectGolden("adapters/ffmpeg/golden/cover.txt",
               Lines(CoverArguments(3, "/scratch/job-1/source", "/scratch/job-1/side", {.threads = 2})));
}

TEST(SoundArguments, APointIsATenthOfASecondOrLess) {
  using std::chrono::milliseconds;
  const AudioFormat format{.sample_rate = 48'000};
  EXPECT_EQ(MeasuredStretch(format, milliseconds(0)), 4800);
  EXPECT_EQ(MeasuredStretch(format, std::chrono::hours(12)), 4800);
  EXPECT_EQ(MeasuredStretch(format, milliseconds(150'000)), 4800);
  EXPECT_EQ(MeasuredStretch(format, milliseconds(15'000)), 480);
  EXPECT_EQ(MeasuredStretch(format, milliseconds(1)), 16);
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
