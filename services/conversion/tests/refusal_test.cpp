// Files that are broken, or not what they should be: each ends in a typed failure. Those that mean harm are
// in hostile_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/conversion/tests/studio.h"

namespace descant::conversion::testing {
namespace {

using namespace std::chrono_literals;

class Refusal : public ::testing::Test {
 protected:
  fs::path Clip(const std::string& name, const std::string& codec = "-c:v libx264 -preset ultrafast") {
    return studio_.Make(name, "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -f lavfi -i sine=d=2 " + codec);
  }
  FailureCode CodeOf(const fs::path& file, MediaKind kind = MediaKind::kAudio) {
    const Failure failure = studio_.FailureOf(file, kind);
    EXPECT_TRUE(failure.detail().ends_with('.')) << failure.detail();
    return failure.code();
  }
  FailureCode CodeOfBytes(const std::string& bytes, MediaKind kind = MediaKind::kVideo) {
    return CodeOf(studio_.Write("bytes", bytes), kind);
  }

  Studio studio_;
};

TEST_F(Refusal, Text) {
  EXPECT_EQ(CodeOfBytes("This is no song at all.\n"), FailureCode::kUnsupportedFormat);
  std::string long_text;
  for (int line = 0; line < 20'000; ++line) long_text += "The quick brown fox jumps over the lazy dog.\n";
  EXPECT_EQ(CodeOfBytes(long_text, MediaKind::kAudio), FailureCode::kUnsupportedFormat);
}

TEST_F(Refusal, EmptyFile) { EXPECT_EQ(CodeOfBytes(""), FailureCode::kEmptyFile); }

TEST_F(Refusal, TruncatedMp4) {
  const std::string whole = ReadFile(Clip("clip.mp4"));
  EXPECT_EQ(CodeOfBytes(whole.substr(0, whole.size() / 2)), FailureCode::kDamaged);
}

TEST_F(Refusal, Pictures) {
  const fs::path png = studio_.Make("picture.png", "-f lavfi -i testsrc2=s=160x90 -frames:v 1");
  EXPECT_EQ(CodeOf(png, MediaKind::kVideo), FailureCode::kUnsupportedFormat);
}

TEST_F(Refusal, SoundWhereAPictureIsWanted) {
  const fs::path png = studio_.Make("cover.png", "-f lavfi -i testsrc2=s=160x160 -frames:v 1");
  const fs::path song = studio_.Make("song.mp3", "-f lavfi -i sine=d=2 -i " + png.string() +
                                                     " -map 0 -map 1 -c:v copy -disposition:v attached_pic");
  EXPECT_EQ(CodeOf(song, MediaKind::kVideo), FailureCode::kNoVideo);
  EXPECT_NO_THROW(studio_.Convert(song, MediaKind::kAudio));
}

TEST_F(Refusal, SilentVideoWhereSoundIsWanted) {
  EXPECT_EQ(CodeOf(Clip("silent.mp4", "-an"), MediaKind::kAudio), FailureCode::kNoAudio);
}

TEST_F(Refusal, HeadersWithoutContent) {
  const std::string wav = ReadFile(studio_.Make("song.wav", "-f lavfi -i sine=d=1 -bitexact"));
  EXPECT_EQ(CodeOfBytes(wav.substr(0, 44), MediaKind::kAudio), FailureCode::kDamaged);
}

TEST_F(Refusal, NoiseInAContainer) {
  std::string clip = ReadFile(Clip("clip.mkv"));
  unsigned seed = 1;
  for (std::size_t i = 1000; i < clip.size(); ++i)
    clip[i] = static_cast<char>((seed = seed * 1103515245 + 12345) >> 16);
  EXPECT_EQ(CodeOfBytes(clip), FailureCode::kDamaged);
}

TEST(RefusalByLimits, PixelsStreamsAndDuration) {
  Studio studio({.max_duration = 3s, .max_pixels = 320 * 180, .max_streams = 3},
                {.arguments = {.max_pixels = 320 * 180}});
  const fs::path large =
      studio.Make("large.mp4", "-f lavfi -i testsrc2=s=640x360:d=1 -c:v libx264 -preset ultrafast");
  EXPECT_EQ(studio.FailureOf(large, MediaKind::kVideo).code(), FailureCode::kLimitExceeded);
  const fs::path many = studio.Make("many.mka", "-f lavfi -i sine=d=1 -map 0 -map 0 -map 0 -map 0 -c:a flac");
  EXPECT_EQ(studio.FailureOf(many, MediaKind::kAudio).code(), FailureCode::kLimitExceeded);
  const fs::path lengthy = studio.Make("lengthy.flac", "-f lavfi -i sine=d=4");
  EXPECT_EQ(studio.FailureOf(lengthy, MediaKind::kAudio).code(), FailureCode::kLimitExceeded);
}

TEST(RefusalByLimits, TimeAndSizeOfTheOutput) {
  Studio slow({}, {.encode_deadline = 1s});
  const fs::path film =
      slow.Make("film.mkv", "-f lavfi -i testsrc2=s=640x360:r=60:d=20 -c:v mpeg4 -qscale:v 9");
  EXPECT_EQ(slow.FailureOf(film, MediaKind::kVideo).code(), FailureCode::kLimitExceeded);
  Studio narrow({}, {.encode_limits = {.file_bytes = 20'000}});
  const fs::path song = narrow.Make("song.flac", "-f lavfi -i sine=d=7");
  EXPECT_EQ(narrow.FailureOf(song, MediaKind::kAudio).code(), FailureCode::kLimitExceeded);
}

TEST(RefusalByLimits, ScratchSpace) {
  Studio full({}, {.scratch_reserve = std::int64_t{1} << 60});
  const fs::path song = full.Make("song.flac", "-f lavfi -i sine=d=2");
  EXPECT_EQ(full.FailureOf(song, MediaKind::kAudio).code(), FailureCode::kScratchFull);
}

}  // namespace
}  // namespace descant::conversion::testing
