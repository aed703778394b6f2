// What is made of sound, beside that it plays: how loud it is, how it looks, what it says of itself, and that
// tracks join.
#include <cmath>
#include <cstring>
#include <fstream>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/conversion/tests/studio.h"

namespace descant::conversion::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

// All samples of the first channel, as FFmpeg decodes them.
std::vector<float> Decode(const fs::path& file) {
  const fs::path raw = file.string() + ".raw";
  const Shell decoded("ffmpeg -nostdin -v error -y -i " + file.string() + " -af pan=mono\\|c0=c0 -f f32le " +
                      raw.string());
  EXPECT_EQ(decoded.status, 0) << decoded.output;
  const std::string bytes = ReadFile(raw);
  std::vector<float> samples(bytes.size() / sizeof(float));
  std::memcpy(samples.data(), bytes.data(), samples.size() * sizeof(float));
  return samples;
}

// Decibels by which `is` is nearer to `wanted` than silence is, over [from, to).
double SignalToNoise(const std::vector<float>& wanted, const std::vector<float>& is, std::size_t from,
                     std::size_t to, int shift = 0) {
  double signal = 0;
  double noise = 0;
  for (std::size_t i = from; i < to; ++i) {
    const double difference = double{wanted[i]} - double{is[i + static_cast<std::size_t>(shift)]};
    signal += double{wanted[i]} * double{wanted[i]};
    noise += difference * difference;
  }
  return 10 * std::log10(signal / noise);
}

// The source's own samples of a rendition, as the media says where they are.
std::vector<float> Played(Studio& studio, const fs::path& file, const std::string& rendition) {
  const Result result = studio.Convert(file, MediaKind::kAudio);
  EXPECT_TRUE(result.media.gapless);
  const Gapless gapless = result.media.gapless.value_or(Gapless{});
  const std::vector<float> all =
      Decode(studio.PathOf(result.master_key).parent_path() / rendition / "index.m3u8");
  EXPECT_EQ(static_cast<std::int64_t>(all.size()), gapless.delay + gapless.samples + gapless.padding);
  return {all.begin() + gapless.delay, all.begin() + gapless.delay + gapless.samples};
}

// A sound that is nowhere like itself a little later, so that one sample amiss is seen.
constexpr const char* kSweep =
    "-f lavfi -i \"aevalsrc='0.4*sin(2*PI*(200*t+150*t*t))+0.2*sin(2*PI*(90*t+11*t*t))|0.4*sin(2*PI*300*t)':"
    "s=44100:d=9\" -c:a pcm_f32le";

class Join : public ::testing::TestWithParam<const char*> {};

TEST_P(Join, OfTwoHalvesIsTheWhole) {
  Studio studio;
  const fs::path whole = studio.Make("whole.wav", kSweep);
  const std::string format = GetParam();
  constexpr std::size_t kCut = 194'321;  // neither on a frame nor on a segment
  const std::string of_whole = "-i " + whole.string() + " -af ";
  const fs::path first = studio.Make("first." + format, of_whole + "atrim=end_sample=194321");
  const fs::path second =
      studio.Make("second." + format, of_whole + "atrim=start_sample=194321,asetpts=PTS-STARTPTS");
  const std::vector<float> source = Decode(whole);
  for (const char* rendition : {"audio-64k", "audio-128k", "audio-256k"}) {
    std::vector<float> played = Played(studio, first, rendition);
    EXPECT_EQ(played.size(), kCut);
    const std::vector<float> rest = Played(studio, second, rendition);
    played.insert(played.end(), rest.begin(), rest.end());
    ASSERT_EQ(played.size(), source.size()) << rendition;  // nothing inserted, nothing lost
    const double right = SignalToNoise(source, played, 5000, source.size() - 5000);
    EXPECT_GT(right, 18) << rendition;
    EXPECT_GT(SignalToNoise(source, played, kCut - 600, kCut + 600), 10) << rendition;
    for (const int shift : {-1024, -1, 1, 1024}) {
      EXPECT_GT(right, SignalToNoise(source, played, 5000, source.size() - 5000, shift) + 3) << shift;
    }
  }
}

// Both without loss; an MP3 says in its header what its own encoder added, and FFmpeg takes it off.
INSTANTIATE_TEST_SUITE_P(Formats, Join, ::testing::Values("wav", "flac"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Audio, IsMeasured) {
  Studio studio;
  // EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS is as loud as -23 LUFS.
  const fs::path file = studio.Make(
      "tone.wav", "-f lavfi -i \"aevalsrc='0.0708*sin(2*PI*1000*t)|0.0708*sin(2*PI*1000*t)':s=48000:d=10\"");
  const Result result = studio.Convert(file, MediaKind::kAudio);
  ASSERT_TRUE(result.media.loudness);
  EXPECT_NEAR(result.media.loudness->integrated_lufs, -23, 0.1);
  EXPECT_NEAR(result.media.loudness->true_peak_dbtp, -23, 0.1);
  EXPECT_NEAR(result.media.loudness->range_lu, 0, 0.1);
  const auto waveform = boost::json::parse(ReadFile(studio.PathOf(result.media.waveform_key)));
  const auto& peaks = waveform.at("peaks").as_array();
  EXPECT_GE(peaks.size(), 1000U);
  EXPECT_LE(peaks.size(), 2000U);
  EXPECT_NEAR(waveform.at("point_seconds").to_number<double>() * static_cast<double>(peaks.size()), 10, 0.02);
  EXPECT_NEAR(peaks[peaks.size() / 2].to_number<int>(), 18, 1);  // 0.0708 of 255
}

TEST(Audio, OfOneChannelIsAsLoudAsItIsHeard) {
  Studio studio;
  const fs::path file =
      studio.Make("tone.wav", "-f lavfi -i \"aevalsrc='0.0708*sin(2*PI*1000*t)':s=48000:d=5\"");
  const Result result = studio.Convert(file, MediaKind::kAudio);
  ASSERT_TRUE(result.media.loudness);
  EXPECT_NEAR(result.media.loudness->integrated_lufs, -23, 0.1);
}

TEST(Audio, OfSilenceHasNoLoudness) {
  Studio studio;
  const Result result =
      studio.Convert(studio.Make("silence.wav", "-f lavfi -i anullsrc=d=3"), MediaKind::kAudio);
  EXPECT_FALSE(result.media.loudness);
  EXPECT_FALSE(result.media.waveform_key.empty());
}

// The loudest that six channels can be comes out at full scale, and a voice in the middle on both sides.
TEST(Audio, OfSurroundKeepsTheVoiceAndDoesNotClip) {
  Studio studio;
  const auto peaks = [&studio](const std::string& channels) {
    const fs::path file = studio.Make(
        "surround.wav", "-f lavfi -i \"aevalsrc='" + channels + "':c=5.1:s=48000:d=3\" -c:a pcm_f32le");
    const Result result = studio.Convert(file, MediaKind::kAudio);
    return result.media.loudness ? result.media.loudness->true_peak_dbtp : -99;
  };
  const std::string tone = "sin(2*PI*300*t)";
  EXPECT_NEAR(peaks(tone + "|" + tone + "|" + tone + "|0|" + tone + "|" + tone), 0, 0.1);
  EXPECT_NEAR(peaks("0|0|" + tone + "|0|0|0"), -9.9, 0.2);  // of 1 + 0.707 + 0.5, the 0.707
}

TEST(Audio, OfMoreChannelsThanALayoutNamesIsPlayable) {
  Studio studio;
  std::string channels = "0.5*sin(2*PI*300*t)";
  for (int i = 1; i < 12; ++i) channels += "|0.1";
  const fs::path file = studio.Make("twelve.wav", "-f lavfi -i \"aevalsrc='" + channels + "':s=48000:d=2\"");
  EXPECT_TRUE(studio.Convert(file, MediaKind::kAudio).media.loudness);
}

// What the lossy source has lost does not come back by more bits.
TEST(Audio, IsNotGivenMoreBitsThanItsSourceHas) {
  Studio studio;
  const fs::path file = studio.Make(
      "low.mp3", "-f lavfi -i 'anoisesrc=d=3,aformat=channel_layouts=stereo:sample_rates=44100' -b:a 96k");
  const Result result = studio.Convert(file, MediaKind::kAudio);
  const fs::path folder = studio.PathOf(result.master_key).parent_path();
  EXPECT_TRUE(fs::exists(folder / "audio-96k"));
  EXPECT_TRUE(fs::exists(folder / "audio-64k"));
  EXPECT_EQ(result.media.renditions.size(), 2U);
}

constexpr const char* kTagged =
    "-metadata title=Nocturne -metadata artist=Ana -metadata album=Night -metadata track=3/12 -metadata "
    "disc=1/2 "
    "-metadata date=2019-05-04 -metadata genre=Jazz -metadata comment=Remark -metadata location=+48.1+11.5/ "
    "-metadata make=Acme -metadata com.apple.quicktime.model=Phone";

class Tagged : public ::testing::TestWithParam<const char*> {};

TEST_P(Tagged, SaysWhatItIsAndShowsItsCover) {
  Studio studio;
  const fs::path picture = studio.Make("cover.jpg", "-f lavfi -i color=red:s=1200x900 -frames:v 1");
  const fs::path file = studio.Make(std::string("song.") + GetParam(),
                                    "-f lavfi -i sine=d=2 -i " + picture.string() +
                                        " -map 0 -map 1 -c:v copy -disposition:v attached_pic " + kTagged);
  const Result result = studio.Convert(file, MediaKind::kAudio);
  EXPECT_EQ(result.media.tags, (Tags{.title = "Nocturne",
                                     .artist = "Ana",
                                     .album = "Night",
                                     .genre = "Jazz",
                                     .date = "2019-05-04",
                                     .track = 3,
                                     .tracks = 12,
                                     .disc = 1,
                                     .discs = 2}));
  EXPECT_EQ(ProbeEntry(studio.PathOf(result.media.cover.large_key), "stream=codec_name,width,height"),
            "mjpeg,640,480\n");
  EXPECT_EQ(ProbeEntry(studio.PathOf(result.media.cover.small_key), "stream=codec_name,width,height"),
            "mjpeg,160,120\n");
  // Nothing that the file said is in anything that was published but what is meant to be.
  for (const auto& entry : fs::recursive_directory_iterator(studio.PathOf(result.master_key).parent_path())) {
    if (!entry.is_regular_file()) continue;
    EXPECT_THAT(ReadFile(entry.path()),
                AllOf(Not(HasSubstr("Acme")), Not(HasSubstr("+48.1")), Not(HasSubstr("Phone")),
                      Not(HasSubstr("Remark")), Not(HasSubstr("Nocturne"))))
        << entry.path();
  }
  const std::string record =
      ReadFile(studio.PathOf(result.master_key).parent_path().parent_path() / "complete.json");
  EXPECT_THAT(record, AllOf(HasSubstr("Nocturne"), Not(HasSubstr("Acme")), Not(HasSubstr("+48.1")),
                            Not(HasSubstr("Phone")), Not(HasSubstr("Remark"))));
}

INSTANTIATE_TEST_SUITE_P(Formats, Tagged, ::testing::Values("flac", "mp3", "m4a"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Tagged, AsOggDoes) {
  Studio studio;
  const fs::path file = studio.Make("song.ogg", std::string("-f lavfi -i sine=d=2 ") + kTagged);
  EXPECT_EQ(studio.Convert(file, MediaKind::kAudio).media.tags.title, "Nocturne");
}

TEST(Tagged, ByABrokenCoverIsStillConverted) {
  Studio studio;
  const fs::path picture = studio.Make("cover.jpg", "-f lavfi -i testsrc2=s=300x300 -frames:v 1");
  const fs::path whole = studio.Make("song.mp3", "-f lavfi -i sine=d=2 -i " + picture.string() +
                                                     " -map 0 -map 1 -c:v copy -disposition:v attached_pic");
  std::string bytes = ReadFile(whole);
  const std::size_t at = bytes.find("\xFF\xD8\xFF");
  ASSERT_NE(at, std::string::npos);
  for (std::size_t i = at + 3; i < at + 4000; ++i) bytes[i] = static_cast<char>(i * 37);
  const Result result = studio.Convert(studio.Write("broken.mp3", bytes), MediaKind::kAudio);
  EXPECT_EQ(result.media.cover, Cover{});
  EXPECT_TRUE(result.media.loudness);
}

}  // namespace
}  // namespace descant::conversion::testing
