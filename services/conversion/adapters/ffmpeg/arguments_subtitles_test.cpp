#include "services/conversion/adapters/ffmpeg/arguments_subtitles.h"

#include <gtest/gtest.h>

#include "services/conversion/adapters/ffmpeg/commands_testing.h"

namespace descant::conversion::ffmpeg {
namespace {

TEST(SubtitleArguments, EachStreamIntoAFileOfItsOwn) {
  const auto argv =
      SubtitleArguments({2, 5}, "/scratch/job-1/source", "/scratch/job-1/subtitles", {.threads = 2});
  conversion::testing::ExpectGolden("adapters/ffmpeg/golden/subtitles.txt", testing::Lines(argv));
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
