#include "services/conversion/adapters/ffmpeg/sound_parser.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace descant::conversion::ffmpeg {
namespace {

using std::chrono::duration;
using ::testing::ElementsAre;

constexpr const char* kPrinted =
    "frame:0    pts:0       pts_time:0\nlavfi.r128.M=-120.691\nlavfi.r128.S=-120.691\nlavfi.r128.I=-70.000\n"
    "lavfi.r128.LRA=0.000\nlavfi.r128.true_peaks_ch0=0.125\nlavfi.r128.true_peak=0.125\n"
    "lavfi.astats.Overall.Peak_level=-18.061800\nlavfi.astats.Overall.Number_of_samples=4410.000000\n"
    "frame:1    pts:4410    pts_time:0.1\nlavfi.r128.M=-16.900\nlavfi.r128.S=-16.100\nlavfi.r128.I=-16.464\n"
    "lavfi.r128.LRA=4.430\nlavfi.r128.LRA.low=-16.650\nlavfi.r128.LRA.high=-16.220\n"
    "lavfi.r128.true_peaks_ch0=1.059\nlavfi.r128.true_peak=1.059\n"
    "lavfi.astats.Overall.Peak_level=0.000000\nlavfi.astats.Overall.Number_of_samples=4410.000000\n"
    "frame:2    pts:8820    pts_time:0.2\nlavfi.astats.Overall.Peak_level=-inf\n"
    "lavfi.astats.Overall.Number_of_samples=17.000000\n";

SoundMeasurement Parse(std::string_view text) {
  SoundParser parser(duration<double>(0.1));
  parser.Feed(text);
  return parser.Result();
}

TEST(SoundParser, AnswersTheLastWordOnLoudnessWhereverItIsCut) {
  const std::string text = kPrinted;
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    SoundParser parser(duration<double>(0.1));
    parser.Feed(std::string_view(text).substr(0, cut));
    parser.Feed(std::string_view(text).substr(cut));
    const SoundMeasurement sound = parser.Result();
    ASSERT_TRUE(sound.loudness) << cut;
    EXPECT_EQ(*sound.loudness, (Loudness{.integrated_lufs = -16.5, .range_lu = 4.4, .true_peak_dbtp = 0.5}));
    EXPECT_THAT(sound.waveform.peaks, ElementsAre(32, 255, 0));
    EXPECT_EQ(sound.samples, 8837);
  }
}

TEST(SoundParser, KnowsNoLoudnessOfSilence) {
  const SoundMeasurement sound = Parse(
      "lavfi.r128.I=-70.000\nlavfi.r128.LRA=0.000\nlavfi.r128.true_peak=0.000\n"
      "lavfi.astats.Overall.Peak_level=-inf\nlavfi.astats.Overall.Number_of_samples=4410.000000\n");
  EXPECT_FALSE(sound.loudness);
  EXPECT_THAT(sound.waveform.peaks, ElementsAre(0));
  EXPECT_FALSE(Parse("").loudness);
}

TEST(SoundParser, KnowsThePeakOfWhatIsVeryQuiet) {
  const SoundMeasurement sound =
      Parse("lavfi.r128.I=-66.000\nlavfi.r128.true_peak=0.000\nlavfi.astats.Overall.Peak_level=-72.25\n");
  ASSERT_TRUE(sound.loudness);
  EXPECT_DOUBLE_EQ(sound.loudness->true_peak_dbtp, -72.3);
}

TEST(SoundParser, TakesWhatNoSoundHasForNotSaid) {
  const SoundMeasurement sound =
      Parse(std::string(kPrinted) +
            "lavfi.r128.I=nan\nlavfi.r128.I=1e300\nlavfi.r128.LRA=-3\n"
            "lavfi.r128.true_peak=inf\nlavfi.astats.Overall.Number_of_samples=1e18\n"
            "lavfi.astats.Overall.Number_of_samples=-5\nlavfi.r128.I\n=\n\n" +
            std::string(100'000, 'x') + "\n");
  EXPECT_EQ(sound, Parse(kPrinted));
}

TEST(SoundParser, SurvivesEveryChangedByte) {
  std::mt19937 random(5);
  for (int round = 0; round < 20'000; ++round) {
    std::string changed = kPrinted;
    for (int change = 0; change < 3; ++change)
      changed[random() % changed.size()] = static_cast<char>(random());
    const SoundMeasurement sound = Parse(changed);
    EXPECT_LE(sound.waveform.peaks.size(), 3U);
  }
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
