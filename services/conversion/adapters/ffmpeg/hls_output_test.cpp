#include "services/conversion/adapters/ffmpeg/hls_output.h"

#include <fstream>

#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "services/conversion/domain/failure.h"
#include "services/conversion/testing/temporary_folder.h"

namespace descant::conversion::ffmpeg {
namespace {

// What a full disk leaves behind: FFmpeg ends with success, and files end where the room did.
class HlsOutputTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories(folder_.path() / "audio");
    std::ofstream(folder_.path() / "audio" / name, std::ios::binary) << bytes;
  }
  std::string CodeOf() const {
    try {
      ReadOutput({.audio = {{.name = "audio"}}}, folder_.path());
    } catch (const Error& error) {
      return error.code();
    }
    return "";
  }

  const std::string playlist_ = "#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:6.0,\n00000.m4s\n";
  const std::string box_{
      "\0\0\0\x0c"
      "mdat"
      "1234",
      12};

  testing::TemporaryFolder folder_;
};

TEST_F(HlsOutputTest, FindsSegmentsThatAreCutShort) {
  Write("index.m3u8", playlist_ + "#EXT-X-ENDLIST\n");
  Write("00000.m4s", box_ + box_.substr(0, 11));
  EXPECT_EQ(CodeOf(), "output_incomplete");
  Write("00000.m4s", box_ + box_.substr(0, 3));
  EXPECT_EQ(CodeOf(), "output_incomplete");
  Write("00000.m4s", "");
  EXPECT_EQ(CodeOf(), "output_incomplete");
  Write("00000.m4s", box_ + box_);
  Write("init.mp4", box_);
  EXPECT_EQ(CodeOf(), "mp4_unreadable");
}

TEST_F(HlsOutputTest, FindsPlaylistsThatAreCutShort) {
  Write("00000.m4s", box_);
  Write("index.m3u8", playlist_);
  EXPECT_EQ(CodeOf(), "output_incomplete");
  Write("index.m3u8", "");
  EXPECT_EQ(CodeOf(), "playlist_unreadable");
}

TEST_F(HlsOutputTest, NothingMadeMeansADamagedSource) {
  EXPECT_THROW(ReadOutput({.audio = {{.name = "audio"}}}, folder_.path()), Failure);
  Write("index.m3u8", "#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:0.0,\n00000.m4s\n#EXT-X-ENDLIST\n");
  EXPECT_THROW(ReadOutput({.audio = {{.name = "audio"}}}, folder_.path()), Failure);
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
