// What the tests of the command lines share.
#pragma once

#include <string>
#include <vector>

#include "services/conversion/adapters/ffmpeg/arguments.h"
#include "services/conversion/adapters/profile_file.h"
#include "services/conversion/testing/golden.h"

namespace descant::conversion::ffmpeg::testing {

// One argument a line.
inline std::string Lines(const std::vector<std::string>& argv) {
  std::string lines;
  for (const std::string& argument : argv) lines += argument + "\n";
  return lines;
}

inline SourceProbe Probe() {
  return {.container = "mov,mp4,m4a,3gp,3g2,mj2",
          .duration = std::chrono::seconds(60),
          .streams = 2,
          .audio = {{.index = 1, .codec = "aac", .channels = 2, .sample_rate = 44'100}},
          .video = {{.index = 0, .codec = "h264", .coded = {1920, 1080}, .average_rate = {30000, 1001}}}};
}

// Of both passes: `<golden>_first.txt`, and `<golden>_rest.txt` unless there is no rest.
inline void ExpectCommands(const std::string& golden, const SourceProbe& probe, MediaKind kind) {
  const Plans plans = MakePlans(probe, kind, adapters::ParseProfile(adapters::DefaultProfile()));
  const auto expect = [&golden](const Plan& plan, const std::string& pass) {
    const auto argv = EncodeArguments(plan, "/scratch/job-1/source", "/scratch/job-1/hls", {.threads = 2});
    conversion::testing::ExpectGolden("adapters/ffmpeg/golden/" + golden + "_" + pass + ".txt", Lines(argv));
  };
  expect(plans.first, "first");
  if (!plans.rest.empty()) expect(plans.rest, "rest");
}

}  // namespace descant::conversion::ffmpeg::testing
