#include "services/conversion/adapters/ffmpeg/arguments_pictures.h"

#include <gtest/gtest.h>

#include "services/conversion/adapters/ffmpeg/commands_testing.h"

namespace descant::conversion::ffmpeg {
namespace {

using conversion::testing::ExpectGolden;
using testing::Lines;
using testing::Probe;

Plan FirstPlan(const SourceProbe& probe) {
  return MakePlans(probe, MediaKind::kVideo, adapters::ParseProfile(adapters::DefaultProfile())).first;
}

TEST(PictureArguments, Poster) {
  const auto argv =
      PosterArguments(FirstPlan(Probe()), "/scratch/job-1/source", "/scratch/job-1/side", {.threads = 2});
  ExpectGolden("adapters/ffmpeg/golden/poster.txt", Lines(argv));
}

TEST(PictureArguments, Thumbnails) {
  SourceProbe probe = Probe();
  probe.video[0].color = {"bt2020", "arib-std-b67", "bt2020nc"};
  probe.video[0].bit_depth = 10;
  const ThumbnailStrip strip =
      PlanThumbnails({1920, 1080}, std::chrono::minutes(90), std::chrono::seconds(2));
  const auto argv = ThumbnailArguments(FirstPlan(probe), strip, "/scratch/job-1/source",
                                       "/scratch/job-1/side", {.threads = 2});
  ExpectGolden("adapters/ffmpeg/golden/thumbnails.txt", Lines(argv));
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
