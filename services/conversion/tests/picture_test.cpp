// Pictures that are not plain: what every rendition of them is.
#include <cstdio>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/conversion/domain/media_playlist.h"
#include "services/conversion/tests/studio.h"

namespace descant::conversion::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Picture : public ::testing::Test {
 protected:
  // Converts what FFmpeg makes of `arguments`; everything that comes out has to decode without a word.
  void Convert(const std::string& name, const std::string& arguments) {
    result_ = studio_.Convert(studio_.Make(name, arguments), MediaKind::kVideo);
    folder_ = studio_.PathOf(result_.master_key).parent_path();
    EXPECT_EQ(DecodeComplaints(folder_ / "master.m3u8"), "");
  }
  std::string Entry(const std::string& rendition, const std::string& entries) const {
    return ProbeEntry(folder_ / rendition / "index.m3u8", "stream=" + entries);
  }
  int Frames(const std::string& rendition) const {
    return std::stoi(ProbeEntry(folder_ / rendition / "index.m3u8", "stream=nb_read_packets -count_packets"));
  }
  fs::path InitFile(const std::string& rendition) const {
    return folder_ / rendition / ParseMediaPlaylist(ReadFile(folder_ / rendition / "index.m3u8")).init_file;
  }
  std::string Colors(const std::string& rendition) const {
    return Entry(rendition, "pix_fmt,color_range,color_space,color_transfer,color_primaries");
  }
  // Mean of the luma of the first frame.
  double Brightness(const std::string& rendition) const {
    const Shell shown("ffmpeg -nostdin -v error -i " + (folder_ / rendition / "index.m3u8").string() +
                      " -vf scale=1:1:flags=area,format=gray -frames:v 1 -f rawvideo - | od -An -tu1");
    return std::stod(shown.output);
  }

  Studio studio_;
  Result result_;
  fs::path folder_;
};

// Arguments for 10 bits of such colour. Older releases of FFmpeg take it from the options, newer ones from
// the frames.
std::string TenBits(const std::string& primaries, const std::string& transfer, const std::string& matrix) {
  return "-c:v libx265 -preset ultrafast -x265-params log-level=error -pix_fmt yuv420p10le "
         "-vf setparams=color_primaries=" +
         primaries + ":color_trc=" + transfer + ":colorspace=" + matrix + " -color_primaries " + primaries +
         " -color_trc " + transfer + " -colorspace " + matrix;
}

TEST_F(Picture, OfHdr10StaysSoInHevcAndIsMappedInAvc) {
  Convert("hdr.mkv",
          "-f lavfi -i color=gray:s=160x90:r=25:d=1 " + TenBits("bt2020", "smpte2084", "bt2020nc"));
  EXPECT_EQ(Colors("hevc-360"), "yuv420p10le,tv,bt2020nc,smpte2084,bt2020\n");
  EXPECT_EQ(Colors("avc-360"), "yuv420p,tv,bt709,bt709,bt709\n");
  EXPECT_EQ(Entry("hevc-360", "profile"), "Main 10\n");
  EXPECT_THAT(ReadFile(folder_ / "master.m3u8"), AllOf(HasSubstr("hvc1.2.4."), HasSubstr("VIDEO-RANGE=PQ")));
  EXPECT_THAT(result_.media.renditions[0].codec, HasSubstr("avc1"));
  // Shown as if it were SDR, grey of 92 cd/m² would be 50 %; 92 of the 203 of white is 68 %.
  EXPECT_NEAR(Brightness("hevc-360"), 128, 3);
  EXPECT_NEAR(Brightness("avc-360"), 182, 6);
}

TEST_F(Picture, OfHlgStaysSoInHevc) {
  Convert("hlg.mp4",
          "-f lavfi -i testsrc2=s=160x90:r=25:d=1 " + TenBits("bt2020", "arib-std-b67", "bt2020nc"));
  EXPECT_EQ(Colors("hevc-360"), "yuv420p10le,tv,bt2020nc,arib-std-b67,bt2020\n");
  EXPECT_EQ(Colors("avc-360"), "yuv420p,tv,bt709,bt709,bt709\n");
  EXPECT_THAT(ReadFile(folder_ / "master.m3u8"), HasSubstr("VIDEO-RANGE=HLG"));
}

TEST_F(Picture, OfTenBitsKeepsThemInHevc) {
  Convert("ten.mp4", "-f lavfi -i testsrc2=s=160x90:r=25:d=1 " + TenBits("bt709", "bt709", "bt709"));
  EXPECT_EQ(Colors("hevc-360"), "yuv420p10le,tv,bt709,bt709,bt709\n");
  EXPECT_EQ(Colors("avc-360"), "yuv420p,tv,bt709,bt709,bt709\n");
  EXPECT_THAT(ReadFile(folder_ / "master.m3u8"), Not(HasSubstr("VIDEO-RANGE")));
}

TEST_F(Picture, ThatStatesNoColorIsTaggedAsItWasMeant) {
  Convert("plain.mkv", "-f lavfi -i testsrc2=s=160x90:r=25:d=1 -c:v mpeg4 -pix_fmt yuv420p");
  EXPECT_EQ(Colors("avc-360"), "yuv420p,tv,smpte170m,smpte170m,smpte170m\n");
  EXPECT_EQ(Colors("hevc-360"), Colors("avc-360"));
}

TEST_F(Picture, OfFullRangeAndOfRgbBecomesLimited) {
  Convert("full.mkv",
          "-f lavfi -i color=white:s=160x90:r=25:d=1,format=yuvj420p -c:v mjpeg -q:v 2 -pix_fmt yuvj420p");
  EXPECT_THAT(Colors("avc-360"), HasSubstr("yuv420p,tv,"));
  EXPECT_NEAR(Brightness("avc-360"), 255, 2);
  Convert("rgb.mkv", "-f lavfi -i color=red:s=160x90:r=25:d=1,format=gbrp -c:v ffv1 -pix_fmt gbrp");
  EXPECT_EQ(Colors("hevc-360"), "yuv420p,tv,bt709,bt709,bt709\n");
  const Shell red("ffmpeg -nostdin -v error -i " + (folder_ / "hevc-360/index.m3u8").string() +
                  " -frames:v 1 -f rawvideo -vf format=yuv420p - | od -An -tu1 -N1");
  EXPECT_NEAR(std::stod(red.output), 63, 2);  // BT.709's luma of red, 82 would be BT.601's
}

TEST_F(Picture, OfTwoFieldsShowsBoth) {
  Convert("fields.mpg",
          "-f lavfi -i testsrc2=s=352x288:r=50:d=1,interlace -c:v mpeg2video -flags +ilme+ildct -b:v 2M "
          "-aspect 4:3");
  EXPECT_TRUE(studio_.events.probe.video[0].interlaced);
  EXPECT_EQ(Entry("avc-360", "width,height,avg_frame_rate"), "384,288,50/1\n");
  EXPECT_NEAR(Frames("avc-360"), 50, 2);
}

TEST_F(Picture, OfVariableRateBecomesConstant) {
  // A camera of 30 frames a second that drops every seventh and stands still for a second.
  Convert("variable.mp4",
          "-f lavfi -i testsrc2=s=160x90:r=30:d=3 -vf \"select='mod(n,7)*(lt(t,1)+gt(t,2))'\" -fps_mode vfr "
          "-c:v libx264 -preset ultrafast");
  EXPECT_EQ(Entry("hevc-360", "avg_frame_rate,r_frame_rate"), "30/1,30/1\n");
  EXPECT_NEAR(Frames("hevc-360"), 89, 1);
  EXPECT_EQ(Frames("avc-360"), Frames("hevc-360"));
}

// A poster of the colour that most of the film has, and a tile for each two seconds.
TEST_F(Picture, HasAPosterAndThumbnails) {
  Convert(
      "film.mp4",
      "-f lavfi -i color=red:s=320x180:r=25:d=2.5 -f lavfi -i color=blue:s=320x180:r=25:d=2.5 "
      "-filter_complex "
      "concat=n=2 -c:v libx264 -preset ultrafast -g 250 -sc_threshold 0 -pix_fmt yuv420p");  // one key frame
  EXPECT_EQ(ProbeEntry(studio_.PathOf(result_.media.poster_key), "stream=codec_name,width,height"),
            "mjpeg,320,180\n");
  const fs::path track = studio_.PathOf(result_.media.thumbnails_key);
  EXPECT_THAT(ReadFile(track), HasSubstr("00:00:04.000 --> 00:00:05.040\n000.jpg#xywh=320,0,160,90\n"));
  const auto tile = [&](int column) {
    return Shell("ffmpeg -nostdin -v error -i " + (track.parent_path() / "000.jpg").string() +
                 " -vf crop=160:90:" + std::to_string(column * 160) +
                 ":0,scale=1:1:flags=area,format=rgb24 -f rawvideo - | od -An -tu1")
        .output;
  };
  EXPECT_THAT(tile(0), ::testing::ContainsRegex("^ 2[0-9][0-9] +[0-9] +[0-9]\n"));
  EXPECT_THAT(tile(2), ::testing::ContainsRegex("^ +[0-9] +[0-9] +2[0-9][0-9]\n"));
}

TEST_F(Picture, KeepsEverySoundTrack) {
  Convert("languages.mkv",
          "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -f lavfi -i sine=440:d=2 -f lavfi -i "
          "sine=880:d=2,aformat=channel_layouts=5.1 "
          "-map 0 -map 1 -map 2 -c:v libx264 -preset ultrafast -c:a flac -metadata:s:a:0 language=eng "
          "-metadata:s:a:1 "
          "language=ger -metadata:s:a:1 title='Deutsch, 5.1'");
  EXPECT_THAT(
      ReadFile(folder_ / "master.m3u8"),
      AllOf(HasSubstr("NAME=\"en\",LANGUAGE=\"en\",DEFAULT=YES"),
            HasSubstr("NAME=\"Deutsch, 5.1\",LANGUAGE=\"de\",DEFAULT=NO,AUTOSELECT=YES,CHANNELS=\"2\"")));
  EXPECT_EQ(ProbeEntry(folder_ / "audio-2-128k/index.m3u8", "stream=codec_name,channels"), "aac,2\n");
}

// Each of the byte ranges, after the init segment, is one picture that decodes alone.
TEST_F(Picture, HasIFramesThatDecodeAlone) {
  Convert("frames.mp4",
          "-f lavfi -i testsrc2=s=160x90:r=25:d=8 -c:v libx264 -preset ultrafast -pix_fmt yuv420p");
  for (const auto& [rendition, segments] : {std::pair{"avc-360", 4}, std::pair{"hevc-360", 2}}) {
    const std::string list = ReadFile(folder_ / rendition / "iframes.m3u8");
    EXPECT_THAT(list, AllOf(HasSubstr("#EXT-X-I-FRAMES-ONLY"), HasSubstr("#EXTINF:2.0"),
                            HasSubstr("#EXT-X-ENDLIST")));
    std::istringstream lines(list);
    int pictures = 0;
    std::int64_t length = 0;
    std::int64_t offset = 0;
    for (std::string line; std::getline(lines, line);) {
      if (std::sscanf(line.c_str(), "#EXT-X-BYTERANGE:%ld@%ld", &length, &offset) == 2 || line.empty() ||
          line[0] == '#') {
        continue;
      }
      const std::string segment = ReadFile(folder_ / rendition / line);
      const fs::path alone = studio_.Write(
          "alone.mp4", ReadFile(InitFile(rendition)) + segment.substr(static_cast<std::size_t>(offset),
                                                                      static_cast<std::size_t>(length)));
      // That the segment's other pictures are missing is no news.
      const Shell shown("ffmpeg -nostdin -v fatal -i " + alone.string() +
                        " -frames:v 1 -f rawvideo - | wc -c");
      EXPECT_EQ(shown.output, "21600\n") << rendition << " " << line;
      ++pictures;
    }
    EXPECT_EQ(pictures, segments);
  }
}

}  // namespace
}  // namespace descant::conversion::testing
