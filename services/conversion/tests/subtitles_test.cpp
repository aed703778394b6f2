// The text that films carry, from real files into what players read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/conversion/tests/studio.h"

namespace descant::conversion::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kEnglish =
    "1\n00:00:01,000 --> 00:00:02,500\nGood <i>morning</i>\n\n"
    "2\n00:00:03,000 --> 00:00:03,900\n<script>alert(1)</script> Grüße\n";
constexpr const char* kFrench = "1\n00:00:00,500 --> 00:00:01,500\nBonjour\n";

class SubtitledFilm : public ::testing::Test {
 protected:
  // Of two languages, the second forced and for those who cannot hear.
  fs::path Make(const std::string& name, const std::string& codecs) {
    const fs::path english = studio.Write("english.srt", kEnglish);
    const fs::path french = studio.Write("french.srt", kFrench);
    return studio.Make(name, "-i " + english.string() + " -i " + french.string() + " " +
                                 "-f lavfi -i testsrc2=s=160x90:r=25:d=4 -f lavfi -i sine=d=4 "
                                 "-map 2 -map 3 -map 0 -map 1 -c:v libx264 -preset ultrafast " +
                                 codecs +
                                 " -metadata:s:s:0 language=eng -metadata:s:s:1 language=fre "
                                 "-disposition:s:1 forced+hearing_impaired");
  }

  Studio studio;
};

TEST_F(SubtitledFilm, OffersItsSubtitles) {
  const Result result =
      studio.Convert(Make("film.mkv", "-c:a flac -c:s:0 srt -c:s:1 ass"), MediaKind::kVideo);
  const fs::path folder = studio.PathOf(result.master_key).parent_path();
  EXPECT_THAT(
      ReadFile(folder / "master.m3u8"),
      AllOf(HasSubstr("#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subtitles\",NAME=\"en\",LANGUAGE=\"en\","
                      "DEFAULT=NO,AUTOSELECT=YES,URI=\"subtitles-1/index.m3u8\"\n"),
            HasSubstr("NAME=\"fr\",LANGUAGE=\"fr\",DEFAULT=NO,AUTOSELECT=YES,FORCED=YES,CHARACTERISTICS="
                      "\"public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-"
                      "music-and-sound\",URI=\"subtitles-2/index.m3u8\"\n")));
  EXPECT_THAT(ReadFile(folder / "subtitles-1/index.m3u8"), HasSubstr(",\nsubtitles.vtt\n#EXT-X-ENDLIST\n"));
  EXPECT_EQ(ReadFile(folder / "subtitles-1/subtitles.vtt"),
            "WEBVTT\n\n00:01.000 --> 00:02.500\nGood <i>morning</i>\n\n"
            "00:03.000 --> 00:03.900\nalert(1) Grüße\n");
  EXPECT_THAT(ReadFile(folder / "subtitles-2/subtitles.vtt"),
              HasSubstr("00:00.500 --> 00:01.500\nBonjour\n"));
  EXPECT_EQ(DecodeComplaints(folder / "avc-360/index.m3u8"), "");
}

TEST_F(SubtitledFilm, MayBeAnMp4) {
  const Result result = studio.Convert(Make("film.mp4", "-c:a aac -c:s mov_text"), MediaKind::kVideo);
  const fs::path folder = studio.PathOf(result.master_key).parent_path();
  EXPECT_THAT(ReadFile(folder / "subtitles-1/subtitles.vtt"), HasSubstr("00:01.000 --> 00:02.500\nGood "));
  EXPECT_THAT(ReadFile(folder / "subtitles-2/subtitles.vtt"),
              HasSubstr("00:00.500 --> 00:01.500\nBonjour\n"));
}

// As recordings do: what is said has to stay where the picture is.
TEST_F(SubtitledFilm, MayBeginLate) {
  const fs::path plain = Make("plain.mkv", "-c:a flac -c:s srt");
  const fs::path late = studio.Make("late.mkv", "-itsoffset 7 -i " + plain.string() + " -map 0 -c copy");
  const Result result = studio.Convert(late, MediaKind::kVideo);
  const fs::path folder = studio.PathOf(result.master_key).parent_path();
  EXPECT_THAT(ReadFile(folder / "subtitles-1/subtitles.vtt"), HasSubstr("00:01.000 --> 00:02.500\nGood "));
}

TEST_F(SubtitledFilm, WithoutAWordOffersNothing) {
  const fs::path silent = studio.Write("silent.srt", "1\n00:00:09,000 --> 00:00:09,500\nToo late\n");
  const fs::path file =
      studio.Make("film.mkv", "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -i " + silent.string() +
                                  " -map 0 -map 1 -t 2 -c:v libx264 -preset ultrafast -c:s srt");
  const fs::path master = studio.PathOf(studio.Convert(file, MediaKind::kVideo).master_key);
  ASSERT_EQ(studio.events.probe.subtitles.size(), 1U);
  EXPECT_THAT(ReadFile(master), Not(HasSubstr("SUBTITLES")));
}

TEST_F(SubtitledFilm, PlaysWithoutThoseThatAreTooLong) {
  std::string text;
  for (int i = 0; i < 60'000; ++i) {
    text += std::to_string(i + 1) + "\n00:00:01,000 --> 00:00:02,000\n" + std::string(100, 'x') +
            std::to_string(i) + "\n\n";
  }
  const fs::path wordy = studio.Write("wordy.srt", text);
  const fs::path file =
      studio.Make("film.mkv", "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -i " + wordy.string() +
                                  " -map 0 -map 1 -c:v libx264 -preset ultrafast -c:s srt");
  const fs::path master = studio.PathOf(studio.Convert(file, MediaKind::kVideo).master_key);
  EXPECT_THAT(ReadFile(master), AllOf(HasSubstr("avc"), Not(HasSubstr("SUBTITLES"))));
}

}  // namespace
}  // namespace descant::conversion::testing
