#include "services/conversion/domain/damage.h"

#include <string>

#include <gtest/gtest.h>

namespace descant::conversion {
namespace {

using namespace std::chrono_literals;

std::string Little(std::uint32_t value) {
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

bool Contradicts(const char* container, const std::string& bytes, std::int64_t size = -1) {
  return ContradictsItself(container, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()},
                           size < 0 ? static_cast<std::int64_t>(bytes.size()) : size);
}

std::string Wave(std::uint32_t riff, std::uint32_t data, std::size_t samples) {
  return "RIFF" + Little(riff) + "WAVEfmt " + Little(16) + std::string(16, 'f') + "data" + Little(data) +
         std::string(samples, 's');
}

TEST(Damage, WaveOfAnotherLengthThanItSays) {
  EXPECT_FALSE(Contradicts("wav", Wave(1036, 1000, 1000)));
  EXPECT_FALSE(Contradicts("wav", Wave(1036, 1000, 1020))) << "a tag behind it";
  EXPECT_FALSE(Contradicts("wav", Wave(0xffffffff, 0xffffffff, 1000))) << "written to a pipe";
  EXPECT_FALSE(Contradicts("wav", Wave(0, 0, 1000)));
  EXPECT_TRUE(Contradicts("wav", Wave(5036, 5000, 1000)));
  EXPECT_TRUE(Contradicts("wav", Wave(1036, 5000, 1000)));
  EXPECT_TRUE(Contradicts("wav", Wave(236, 200, 1000)));
  EXPECT_FALSE(Contradicts("mp3", Wave(5036, 5000, 1000).substr(0, 0)));
}

TEST(Damage, Mp3ThatDoesNotBeginWithAFrame) {
  const std::string frames = std::string("\xff\xfb\x90\x64", 4) + std::string(400, 'x');
  const std::string tag = std::string("ID3\x04\0\0\0\0\x01\x02", 10) + std::string(130, 't');
  EXPECT_FALSE(Contradicts("mp3", frames));
  EXPECT_FALSE(Contradicts("mp3", tag + frames));
  EXPECT_FALSE(Contradicts("mp3", tag + std::string(50, '\0') + frames));
  EXPECT_FALSE(Contradicts("mp3", tag.substr(0, 100))) << "the tag is longer than what is looked at";
  EXPECT_TRUE(Contradicts("mp3", "junk" + frames));
  EXPECT_TRUE(Contradicts("mp3", tag + "junk" + frames));
}

TEST(Damage, OtherContainersAreLeftToTheirDecoders) {
  EXPECT_FALSE(Contradicts("flac", "junk"));
  EXPECT_FALSE(Contradicts("wav", "RI"));
  EXPECT_FALSE(Contradicts("mp3", ""));
}

TEST(Damage, CutShort) {
  EXPECT_FALSE(CutShort(0ms, 10s));
  EXPECT_FALSE(CutShort(10s, 10s));
  EXPECT_FALSE(CutShort(10s, 9200ms)) << "less than a second";
  EXPECT_FALSE(CutShort(1h, 58min)) << "less than a twentieth";
  EXPECT_TRUE(CutShort(10s, 5s));
  EXPECT_TRUE(CutShort(1h, 50min));
}

}  // namespace
}  // namespace descant::conversion
