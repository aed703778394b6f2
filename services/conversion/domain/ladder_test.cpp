#include "services/conversion/domain/ladder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace descant::conversion {

void PrintTo(const Size& size, std::ostream* out) { *out << size.width << "x" << size.height; }

namespace {

using ::testing::ElementsAre;

std::vector<VideoRung> Rungs(std::initializer_list<int> lines, VideoCodec codec = VideoCodec::kHevc) {
  std::vector<VideoRung> rungs;
  for (const int count : lines) {
    rungs.push_back(
        {.name = "r" + std::to_string(count), .codec = codec, .lines = count, .max_bit_rate = 4'000'000});
  }
  return rungs;
}

std::vector<Size> Sizes(const std::vector<VideoRung>& rungs, Size source) {
  std::vector<Size> sizes;
  for (const Rung& rung : ChooseRungs(rungs, source, {30, 1})) sizes.push_back(rung.size);
  return sizes;
}

const std::vector<VideoRung> kUsual = Rungs({2160, 1440, 1080, 720, 540, 360});

TEST(Fit, NeverGoesAboveTheSource) {
  EXPECT_EQ(Fit({640, 360}, 1080), (Size{640, 360}));
  EXPECT_EQ(Fit({641, 361}, 1080), (Size{640, 360}));
  EXPECT_EQ(Fit({1, 1}, 1080), (Size{16, 16}));
}

TEST(Fit, KeepsTheShapeWithinTheBoxWhicheverWayItIsTurned) {
  EXPECT_EQ(Fit({3840, 2160}, 1080), (Size{1920, 1080}));
  EXPECT_EQ(Fit({2160, 3840}, 1080), (Size{1080, 1920}));
  EXPECT_EQ(Fit({2560, 1080}, 1080), (Size{1920, 810}));
  EXPECT_EQ(Fit({1440, 1080}, 1080), (Size{1440, 1080}));
  EXPECT_EQ(Fit({1920, 800}, 720), (Size{1280, 534}));
  EXPECT_EQ(Fit({1000, 1000}, 360), (Size{360, 360}));
}

TEST(Ladder, OfAFullSourceIsTheWholeProfile) {
  EXPECT_THAT(Sizes(kUsual, {3840, 2160}), ElementsAre(Size{3840, 2160}, Size{2560, 1440}, Size{1920, 1080},
                                                       Size{1280, 720}, Size{960, 540}, Size{640, 360}));
  EXPECT_THAT(Sizes(kUsual, {1080, 1920}),
              ElementsAre(Size{1080, 1920}, Size{720, 1280}, Size{540, 960}, Size{360, 640}));
}

TEST(Ladder, BeginsWithTheSourcesOwnSizeOnce) {
  EXPECT_THAT(Sizes(kUsual, {1500, 844}), ElementsAre(Size{1500, 844}, Size{960, 540}, Size{640, 360}));
  EXPECT_THAT(Sizes(kUsual, {1024, 576}), ElementsAre(Size{1024, 576}, Size{640, 360}));
  EXPECT_THAT(Sizes(kUsual, {320, 180}), ElementsAre(Size{320, 180}));
}

TEST(Ladder, KeepsNeighboursThatTheProfileWants) {
  EXPECT_THAT(Sizes(Rungs({1080, 900}), {1920, 1080}), ElementsAre(Size{1920, 1080}, Size{1600, 900}));
}

TEST(Ladder, LeavesEachCodecItsOwn) {
  std::vector<VideoRung> rungs = Rungs({720, 360}, VideoCodec::kAvc);
  for (const VideoRung& rung : Rungs({720, 360})) rungs.push_back(rung);
  EXPECT_THAT(Sizes(rungs, {320, 180}), ElementsAre(Size{320, 180}, Size{320, 180}));
}

TEST(Ladder, GivesFewerBitsToSmallerAndSlowerPictures) {
  const auto rate = [](Size source, Rational frames) {
    return ChooseRungs(kUsual, source, frames).front().max_bit_rate;
  };
  EXPECT_EQ(rate({1920, 1080}, {30, 1}), 4'000'000);
  EXPECT_EQ(rate({1920, 1080}, {60, 1}), 5'656'000);
  EXPECT_EQ(rate({1920, 800}, {30, 1}), 3'193'000);
  EXPECT_LT(rate({16, 16}, {1, 1}), 200'000);
}

}  // namespace
}  // namespace descant::conversion
