// Slightly damaged files: what a player makes of them is converted, and the result says so.
#include <gtest/gtest.h>

#include "services/conversion/tests/patched_bytes.h"
#include "services/conversion/tests/studio.h"

namespace descant::conversion::testing {
namespace {

using namespace std::chrono_literals;

class Damaged : public ::testing::Test {
 protected:
  std::string Song(const std::string& name) {
    return ReadFile(studio_.Make(name, "-f lavfi -i sine=d=4 -bitexact"));
  }
  std::string Film(const std::string& arguments) {
    return ReadFile(studio_.Make("film.mp4",
                                 "-f lavfi -i testsrc2=s=160x90:r=25:d=6 -f lavfi -i sine=d=6 -c:v libx264 "
                                 "-preset ultrafast -g 25 " +
                                     arguments));
  }
  Media Convert(const std::string& bytes, MediaKind kind) {
    const Result result = studio_.Convert(studio_.Write("source", bytes), kind);
    EXPECT_EQ(DecodeComplaints(studio_.PathOf(result.master_key)), "");
    return result.media;
  }

  Studio studio_;
};

TEST_F(Damaged, WholeFilesAreNot) {
  for (const char* name : {"song.wav", "song.mp3", "song.flac", "song.ogg", "song.m4a", "song.aac"})
    EXPECT_FALSE(Convert(Song(name), MediaKind::kAudio).damaged) << name;
  EXPECT_FALSE(Convert(Film(""), MediaKind::kVideo).damaged);
}

TEST_F(Damaged, TruncatedMp4WithItsIndexInFront) {
  const std::string whole = Film("-movflags +faststart");
  const Media media = Convert(whole.substr(0, whole.size() / 2), MediaKind::kVideo);
  EXPECT_TRUE(media.damaged);
  EXPECT_GT(media.duration, 2s);
  EXPECT_LT(media.duration, 5s);
}

TEST_F(Damaged, WaveThatIsShorterThanItSays) {
  const std::string whole = Song("song.wav");
  const Media cut = Convert(whole.substr(0, whole.size() / 2), MediaKind::kAudio);
  EXPECT_TRUE(cut.damaged);
  EXPECT_NEAR(cut.duration.count(), 2000, 100);
  const std::string boasting =
      Patched(Patched(whole, "RIFF", 4, LittleEndian(0x40000000, 4)), "data", 4, LittleEndian(0x3fffff00, 4));
  const Media media = Convert(boasting, MediaKind::kAudio);
  EXPECT_TRUE(media.damaged);
  EXPECT_NEAR(media.duration.count(), 4000, 100);
}

TEST_F(Damaged, Mp3WithJunkInFrontAndWithin) {
  std::string junk;
  unsigned seed = 7;
  for (int i = 0; i < 3000; ++i) junk += static_cast<char>((seed = seed * 1103515245 + 12345) >> 16);
  const std::string whole = Song("song.mp3");
  const Media front = Convert(junk + whole, MediaKind::kAudio);
  EXPECT_TRUE(front.damaged);
  EXPECT_NEAR(front.duration.count(), 4000, 150);
  const Media within = Convert(whole.substr(0, 20'000) + junk + whole.substr(20'000), MediaKind::kAudio);
  EXPECT_TRUE(within.damaged);
  EXPECT_NEAR(within.duration.count(), 4000, 300);
}

// Two recordings, one after the other, whose clocks are an hour apart.
TEST_F(Damaged, TimestampsThatJump) {
  const auto part = [this](const char* name, const char* offset) {
    return ReadFile(
        studio_.Make(name, std::string("-f lavfi -i testsrc2=s=160x90:r=25:d=3 -f lavfi -i sine=d=3 "
                                       "-c:v mpeg2video -c:a mp2 -output_ts_offset ") +
                               offset));
  };
  const Media media = Convert(part("a.ts", "0") + part("b.ts", "3600"), MediaKind::kVideo);
  EXPECT_TRUE(media.damaged);
  EXPECT_NEAR(media.duration.count(), 6000, 600);
}

}  // namespace
}  // namespace descant::conversion::testing
