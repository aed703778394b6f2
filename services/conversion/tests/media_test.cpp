// Real sources in, and a look at what comes out.
#include <cmath>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/conversion/domain/media_playlist.h"
#include "services/conversion/tests/studio.h"

namespace descant::conversion::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class AudioSource : public ::testing::TestWithParam<const char*> {};

TEST_P(AudioSource, BecomesSeveralRatesOfStereo) {
  Studio studio;
  const fs::path file =
      studio.Make(std::string("song.") + GetParam(),
                  "-f lavfi -i 'anoisesrc=a=0.2:d=7.5:r=44100,aformat=channel_layouts=stereo'");
  const Result result = studio.Convert(file, MediaKind::kAudio);
  const fs::path master = studio.PathOf(result.master_key);
  EXPECT_EQ(DecodeComplaints(master), "");
  EXPECT_NEAR(static_cast<double>(result.media.duration.count()), 7500, 100);
  const std::string format = GetParam();
  const bool lossless = format == "wav" || format == "flac";
  ASSERT_EQ(result.media.renditions.size(), lossless ? 3U : 2U);
  EXPECT_EQ(result.media.renditions[0].codec, "mp4a.40.2");
  EXPECT_LT(result.media.renditions[1].bandwidth, result.media.renditions[0].bandwidth);  // 64k
  for (const auto& folder : fs::directory_iterator(master.parent_path())) {
    if (!folder.is_directory()) continue;
    EXPECT_EQ(ProbeEntry(folder.path() / "index.m3u8", "stream=codec_name,profile,sample_rate,channels"),
              "aac,LC,44100,2\n");
    const MediaPlaylist playlist = ParseMediaPlaylist(ReadFile(folder.path() / "index.m3u8"));
    EXPECT_EQ(playlist.segments.size(), 2U);
    EXPECT_TRUE(playlist.ended);
  }
  std::vector<std::string> told = studio.events.names;
  std::erase(told, "progress");
  std::erase(told, "playable");  // unless all was made before it could be told
  EXPECT_EQ(told, (std::vector<std::string>{"accepted", "probed", "whole"}));
}

INSTANTIATE_TEST_SUITE_P(Formats, AudioSource, ::testing::Values("wav", "flac", "mp3", "m4a", "ogg"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Audio, MonoStaysMono) {
  Studio studio;
  const fs::path file = studio.Make("mono.wav", "-f lavfi -i sine=440:d=2:r=8000");
  const Result result = studio.Convert(file, MediaKind::kAudio);
  const fs::path master = studio.PathOf(result.master_key);
  EXPECT_EQ(DecodeComplaints(master), "");
  EXPECT_EQ(ProbeEntry(master.parent_path() / "audio-96k/index.m3u8", "stream=sample_rate,channels"),
            "48000,1\n");
  EXPECT_TRUE(fs::exists(master.parent_path() / "audio-48k/index.m3u8"));
}

TEST(Audio, SurroundIsMixedDown) {
  Studio studio;
  const fs::path file = studio.Make(
      "surround.flac", "-f lavfi -i 'sine=440:d=2,aformat=channel_layouts=5.1:sample_rates=96000'");
  const fs::path master = studio.PathOf(studio.Convert(file, MediaKind::kAudio).master_key);
  EXPECT_EQ(DecodeComplaints(master), "");
  EXPECT_EQ(ProbeEntry(master.parent_path() / "audio-128k/index.m3u8", "stream=sample_rate,channels"),
            "48000,2\n");
}

TEST(Audio, IsTakenOutOfAVideo) {
  Studio studio;
  const fs::path file =
      studio.Make("clip.mp4",
                  "-f lavfi -i testsrc2=s=160x90:d=2 -f lavfi -i sine=d=2 -metadata title=Secret "
                  "-metadata location=+48.1+11.5/ -c:v libx264 -preset ultrafast");
  const Result result = studio.Convert(file, MediaKind::kAudio);
  EXPECT_EQ(result.media.kind, MediaKind::kAudio);
  const fs::path master = studio.PathOf(result.master_key);
  EXPECT_EQ(ProbeEntry(master, "stream=codec_type"), "audio\naudio\n");
  const std::string init = ReadFile(master.parent_path() / "audio-64k/init.mp4");
  EXPECT_THAT(init, AllOf(HasSubstr("moov"), Not(HasSubstr("Secret")), Not(HasSubstr("+48.1"))));
}

// Seconds at which a picture that can be sought to begins.
std::vector<int> KeyFrames(const fs::path& playlist) {
  std::istringstream lines(ProbeEntry(playlist, "packet=pts_time,flags -select_streams v"));
  std::vector<int> seconds;
  double first = -1;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(",K") == std::string::npos) continue;
    const double at = std::stod(line);
    if (first < 0) first = at;
    seconds.push_back(static_cast<int>(std::lround((at - first) * 1000)));
  }
  return seconds;
}

std::vector<double> Durations(const fs::path& playlist) {
  std::vector<double> durations;
  for (const Segment& segment : ParseMediaPlaylist(ReadFile(playlist)).segments)
    durations.push_back(segment.duration);
  return durations;
}

TEST(Video, BecomesAvcAndHevcWithAlignedKeyFrames) {
  Studio studio;
  const fs::path file = studio.Make("clip.mp4",
                                    "-f lavfi -i testsrc2=s=320x180:r=30000/1001:d=7 -f lavfi -i sine=d=7 "
                                    "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -ac 2");
  const Result result = studio.Convert(file, MediaKind::kVideo);
  const fs::path folder = studio.PathOf(result.master_key).parent_path();
  EXPECT_EQ(DecodeComplaints(folder / "master.m3u8"), "");
  EXPECT_EQ(ProbeEntry(folder / "avc-360/index.m3u8",
                       "stream=codec_name,profile,codec_tag_string,width,height,pix_fmt"),
            "h264,High,avc1,320,180,yuv420p\n");
  EXPECT_EQ(ProbeEntry(folder / "hevc-360/index.m3u8",
                       "stream=codec_name,profile,codec_tag_string,width,height,pix_fmt"),
            "hevc,Main,hvc1,320,180,yuv420p\n");
  EXPECT_EQ(ProbeEntry(folder / "audio-128k/index.m3u8", "stream=codec_name,channels"), "aac,2\n");
  EXPECT_THAT(KeyFrames(folder / "avc-360/index.m3u8"), ElementsAre(0, 2002, 4004, 6006));
  EXPECT_EQ(KeyFrames(folder / "hevc-360/index.m3u8"), KeyFrames(folder / "avc-360/index.m3u8"));
  // What is made first is cut at each key frame, so that a listener can begin early.
  EXPECT_THAT(Durations(folder / "avc-360/index.m3u8"), ElementsAre(2.002, 2.002, 2.002, 1.001));
  EXPECT_THAT(Durations(folder / "hevc-360/index.m3u8"), ElementsAre(6.006, 1.001));
  ASSERT_EQ(result.media.renditions.size(), 2U);
  EXPECT_THAT(result.media.renditions[0].codec, ::testing::MatchesRegex("avc1\\.6400..,mp4a.40.2"));
  EXPECT_THAT(result.media.renditions[1].codec,
              ::testing::MatchesRegex("hvc1\\.1\\.6\\.L[0-9]+\\.90,mp4a.40.2"));
  EXPECT_EQ(result.media.renditions[1].size, (Size{320, 180}));
  EXPECT_NEAR(result.media.renditions[0].frame_rate, 29.97, 0.001);
  EXPECT_THAT(ReadFile(folder / "master.m3u8"),
              HasSubstr("RESOLUTION=320x180,FRAME-RATE=29.970,AUDIO=\"audio\""));
}

TEST(Video, WithoutSoundHasNoAudioGroup) {
  Studio studio;
  const fs::path file =
      studio.Make("silent.mkv", "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -c:v libx264 -preset ultrafast");
  const fs::path master = studio.PathOf(studio.Convert(file, MediaKind::kVideo).master_key);
  EXPECT_EQ(DecodeComplaints(master), "");
  EXPECT_THAT(ReadFile(master), AllOf(Not(HasSubstr("AUDIO")), Not(HasSubstr("mp4a"))));
}

std::string Rotation(const fs::path& file) {
  return testing::Shell("ffprobe -v error -of csv=p=0 -show_entries stream_side_data=rotation " +
                        file.string())
      .output;
}

TEST(Video, TurnsWhatIsMeantToBeTurned) {
  Studio studio;
  const fs::path plain =
      studio.Make("plain.mp4", "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -c:v libx264 -preset ultrafast");
  const fs::path turned =
      studio.Make("turned.mp4", "-i " + plain.string() + " -c copy -metadata:s:v rotate=90");
  if (Rotation(turned).find("90") == std::string::npos) {
    GTEST_SKIP() << "this FFmpeg writes the rotation another way";
  }
  const Result result = studio.Convert(turned, MediaKind::kVideo);
  EXPECT_EQ(result.media.renditions[0].size, (Size{90, 160}));
  EXPECT_EQ(DisplaySize(studio.events.probe.video[0]), (Size{90, 160}));
  const fs::path folder = studio.PathOf(result.master_key).parent_path();
  EXPECT_THAT(Rotation(folder / "avc-360/index.m3u8"), Not(HasSubstr("90")));
}

TEST(Video, OddAnamorphicAndFastSourcesAreMadeRegular) {
  Studio studio;
  const fs::path file =
      studio.Make("odd.mkv",
                  "-f lavfi -i testsrc2=s=180x91:r=120:d=2,setsar=4/3 -f lavfi -i sine=d=2 -c:v ffv1 "
                  "-pix_fmt yuv444p -c:a flac");
  const Result result = studio.Convert(file, MediaKind::kVideo);
  const fs::path folder = studio.PathOf(result.master_key).parent_path();
  EXPECT_EQ(DecodeComplaints(folder / "master.m3u8"), "");
  EXPECT_EQ(ProbeEntry(folder / "hevc-360/index.m3u8",
                       "stream=width,height,sample_aspect_ratio,pix_fmt,avg_frame_rate"),
            "240,90,1:1,yuv420p,60/1\n");
}

// Sound that begins later than the picture still plays where it did.
TEST(Video, KeepsPictureAndSoundInStep) {
  Studio studio;
  const fs::path file =
      studio.Make("late.mkv",
                  "-f lavfi -i testsrc2=s=160x90:r=25:d=3 -itsoffset 1 -f lavfi -i sine=d=2 "
                  "-c:v libx264 -preset ultrafast -c:a flac");
  const Result result = studio.Convert(file, MediaKind::kVideo);
  const fs::path folder = studio.PathOf(result.master_key).parent_path();
  const testing::Shell found(
      "ffmpeg -nostdin -v info -i " + (folder / "audio-64k/index.m3u8").string() +
      " -af silencedetect=n=-50dB:d=0.3 -f null - 2>&1 | grep -o 'silence_end: [0-9.]*'");
  const std::string seconds = found.output.substr(found.output.find(' ') + 1);
  EXPECT_NEAR(std::stod(seconds), 1.0, 0.08) << found.output;
}

}  // namespace
}  // namespace descant::conversion::testing
