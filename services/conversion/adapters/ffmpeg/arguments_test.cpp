#include "services/conversion/adapters/ffmpeg/arguments.h"

#include <gtest/gtest.h>

#include "services/conversion/adapters/ffmpeg/commands_testing.h"

namespace descant::conversion::ffmpeg {
namespace {

using testing::Lines;

TEST(Arguments, Probe) {
  conversion::testing::ExpectGolden("adapters/ffmpeg/golden/probe.txt",
                                    Lines(ProbeArguments("/scratch/job-1/source", {.threads = 2})));
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
