#include "services/conversion/domain/subtitles.h"

#include <gtest/gtest.h>

#include "services/conversion/domain/plan_subtitles.h"
#include "services/conversion/testing/golden.h"
#include "services/conversion/testing/sources.h"

namespace descant::conversion {
namespace {

TEST(Subtitles, AreWhatIsTextInAVideo) {
  SourceProbe probe{.audio = {testing::Sound(1)}, .video = {testing::Picture({640, 360})}};
  probe.subtitles = {{.index = 2, .codec = "subrip", .language = "ger", .title = "Untertitel"},
                     {.index = 3, .codec = "hdmv_pgs_subtitle", .language = "eng"},
                     {.index = 4, .codec = "mov_text", .forced = true, .hearing_impaired = true}};
  const Plans plans = MakePlans(probe, MediaKind::kVideo, testing::TestProfile());
  const std::vector<SubtitleFormat> expected = {
      {.stream = 2, .name = "subtitles-1", .language = "de", .title = "Untertitel"},
      {.stream = 4, .name = "subtitles-2", .forced = true, .hearing_impaired = true}};
  EXPECT_EQ(plans.first.subtitles, expected);
  EXPECT_EQ(plans.Whole().subtitles, expected);
  EXPECT_TRUE(plans.rest.subtitles.empty());
  EXPECT_TRUE(MakePlans(probe, MediaKind::kAudio, testing::TestProfile()).first.subtitles.empty());
}

TEST(Subtitles, AreNotMoreThanAViewerCanChooseFrom) {
  SourceProbe probe;
  probe.subtitles.assign(60, {.codec = "ass"});
  EXPECT_EQ(PlanSubtitles(probe).size(), 32U);
}

TEST(Subtitles, HaveNamesOfTheirOwn) {
  const auto tracks = SubtitleTracks({{.name = "subtitles-1", .language = "en"},
                                      {.name = "subtitles-3", .language = "en"},
                                      {.name = "subtitles-4", .title = "en 2"},
                                      {.name = "subtitles-5"}});
  std::vector<std::string> names;
  for (const SubtitleTrack& track : tracks) names.push_back(track.name);
  EXPECT_EQ(names, (std::vector<std::string>{"en", "en 2", "en 2 3", "Subtitles 4"}));
  EXPECT_EQ(tracks[1].uri, "subtitles-3/index.m3u8");
}

TEST(Subtitles, ThatAreForcedLeaveTheBetterNamesToThoseThatAreChosen) {
  const auto tracks = SubtitleTracks({{.name = "subtitles-1", .language = "en", .forced = true},
                                      {.name = "subtitles-2", .language = "en"},
                                      {.name = "subtitles-3", .language = "de"}});
  std::vector<std::string> names;
  for (const SubtitleTrack& track : tracks) names.push_back(track.name);
  EXPECT_EQ(names, (std::vector<std::string>{"en 3", "en", "de"}));
  EXPECT_TRUE(tracks[0].forced);
  EXPECT_EQ(tracks[0].uri, "subtitles-1/index.m3u8");
}

TEST(Subtitles, ArePlayedFromOneSegment) {
  testing::ExpectGolden("domain/golden/subtitles.m3u8",
                        RenderSubtitlePlaylist(std::chrono::milliseconds(5'400'250)));
}

}  // namespace
}  // namespace descant::conversion
