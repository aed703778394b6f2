#include "services/conversion/adapters/ffmpeg/hls_output.h"

#include <fstream>
#include <stop_token>
#include <thread>

#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "services/conversion/domain/failure.h"
#include "services/conversion/testing/temporary_folder.h"

namespace descant::conversion::ffmpeg {
namespace {

std::string Box(const std::string& type, const std::string& body) {
  const std::size_t size = body.size() + 8;
  return std::string{'\0', '\0', static_cast<char>(size >> 8), static_cast<char>(size)} + type + body;
}

// As much of an init segment of pictures as is read.
std::string AvcInit() {
  std::string entry(78, '\0');
  entry[25] = entry[27] = 16;  // pixels
  const std::string config("\1\x64\0\x1f\xff\xe1\0\0", 8);
  std::string box = std::string(8, '\0') + Box("avc1", entry + Box("avcC", config));
  for (const char* type : {"stsd", "stbl", "minf", "mdia", "trak", "moov"}) box = Box(type, box);
  return box;
}

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

// As FFmpeg does it, all the time while it runs.
TEST_F(HlsOutputTest, ReadsAPlaylistThatIsReplacedMeanwhile) {
  const std::filesystem::path folder = folder_.path() / "audio";
  Write("00000.m4s", box_);
  Write("init.mp4", AvcInit());
  const std::string names[] = {"short.m3u8", "long.m3u8"};
  Write(names[0], playlist_);
  Write(names[1], playlist_ + "#EXTINF:6.0,\n00000.m4s\n");
  std::filesystem::create_hard_link(folder / names[0], folder / "index.m3u8");
  std::jthread ffmpeg([&](const std::stop_token& stop) {
    for (int next = 1; !stop.stop_requested(); next = 1 - next) {
      std::filesystem::create_hard_link(folder / names[next], folder / "index.m3u8.tmp");
      std::filesystem::rename(folder / "index.m3u8.tmp", folder / "index.m3u8");
    }
  });
  for (int round = 0; round < 20'000; ++round) {
    GrowingRendition growing({}, folder);
    const auto read = growing.Read();
    ASSERT_TRUE(read);
    EXPECT_GE(read->playlist.segments.size(), 1U);
  }
}

TEST_F(HlsOutputTest, NothingMadeMeansADamagedSource) {
  EXPECT_THROW(ReadOutput({.audio = {{.name = "audio"}}}, folder_.path()), Failure);
  Write("index.m3u8", "#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:0.0,\n00000.m4s\n#EXT-X-ENDLIST\n");
  EXPECT_THROW(ReadOutput({.audio = {{.name = "audio"}}}, folder_.path()), Failure);
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
