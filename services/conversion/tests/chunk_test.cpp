// A film cut in chunks, with the real FFmpeg: joined, they are what the whole is, frame by frame.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/conversion/domain/boxes.h"
#include "services/conversion/domain/join.h"
#include "services/conversion/domain/plan_chunks.h"
#include "services/conversion/testing/await.h"
#include "services/conversion/tests/studio.h"

namespace descant::conversion::testing {
namespace {

using namespace std::chrono_literals;

// Keeps every sample, so that frames can be told from one another by their bytes.
Profile Lossless() {
  return {
      .audio = {.bit_rates = {128'000}, .mono_bit_rates = {96'000}},
      .video = {.audio_bit_rates = {128'000},
                .renditions = {
                    {.name = "avc", .lines = 90, .preset = "ultrafast", .crf = 40, .max_bit_rate = 900'000},
                    {.name = "hevc",
                     .codec = VideoCodec::kHevc,
                     .lines = 90,
                     .preset = "ultrafast",
                     .params = "lossless=1:bframes=3",
                     .crf = 20,
                     .max_bit_rate = 60'000'000}}}};
}

class ChunkTest : public ::testing::Test {
 protected:
  // Answers the folder of the whole rendition and that of the joined one.
  struct Films {
    fs::path whole;
    fs::path joined;
  };
  Films Make(const fs::path& source) {
    Transcoder& transcoder = studio_.transcoder();
    Cancellation cancellation;
    const SourceProbe probe = Await(transcoder.Probe(source, cancellation));
    const Plan rest = MakePlans(probe, MediaKind::kVideo, Lossless()).rest;
    const std::vector<Plan> plans = CutPlan(probe, rest);
    EXPECT_GE(plans.size(), 4U);
    const fs::path root = source.parent_path();
    const EncodedChunk whole = Encode(rest, source, root / "whole");
    std::vector<EncodedChunk> made;
    for (const Plan& plan : plans) {
      made.push_back(Encode(plan, source, root / ("chunk-" + std::to_string(plan.chunk->index))));
      CheckChunk(plan, made.back());
    }
    const fs::path folder = root / "joined";
    fs::create_directories(folder);
    const std::string rendition = whole[0].name;
    for (const Plan& plan : plans) {
      const fs::path chunk = root / ("chunk-" + std::to_string(plan.chunk->index)) / rendition;
      for (const Segment& segment : made[static_cast<std::size_t>(plan.chunk->index)][0].playlist.segments)
        fs::copy_file(chunk / segment.file, folder / segment.file);
    }
    const std::int64_t frames = FramesIn(whole[0].playlist.Duration(), rest.video_format->frame_rate);
    const std::vector<EncodedRendition> joined = JoinChunks(plans, made, frames);
    std::ofstream(folder / "init.mp4", std::ios::binary) << joined[0].init_bytes;
    std::ofstream(folder / "index.m3u8") << RenderMediaPlaylist(joined[0].playlist, PlaylistType::kVod);
    EXPECT_EQ(joined[0].init_bytes, whole[0].init_bytes);
    return {root / "whole" / rendition, folder};
  }

  EncodedChunk Encode(const Plan& plan, const fs::path& source, const fs::path& output) {
    Cancellation cancellation;
    const Transcoder::Watchers nobody{.on_progress = [](EncodingProgress) -> awaitable<void> { co_return; },
                                      .on_grown = [](EncodedRendition) -> awaitable<void> { co_return; }};
    return Await(studio_.transcoder().Encode(plan, source, output, nobody, cancellation));
  }

  // One line a frame: its time, length and digest.
  static std::string Frames(const fs::path& folder) {
    return Shell("ffmpeg -nostdin -v warning -i " + (folder / "index.m3u8").string() +
                 " -fps_mode passthrough -f framemd5 - | grep -v '^#'")
        .output;
  }
  static std::vector<double> Durations(const fs::path& folder) {
    std::vector<double> durations;
    for (const Segment& segment : ParseMediaPlaylist(ReadFile(folder / "index.m3u8")).segments)
      durations.push_back(segment.duration);
    return durations;
  }
  static void ExpectSame(const Films& films) {
    EXPECT_EQ(DecodeComplaints(films.joined / "index.m3u8"), "");
    const std::string frames = Frames(films.whole);
    EXPECT_GT(std::ranges::count(frames, '\n'), 700);
    EXPECT_EQ(Frames(films.joined), frames);
    EXPECT_THAT(Durations(films.joined),
                ::testing::Pointwise(::testing::DoubleNear(1e-4), Durations(films.whole)));
    EXPECT_EQ(TimesOf(films.joined), TimesOf(films.whole));
  }
  // Of each segment: number and decoding time of its fragment.
  static std::vector<std::pair<std::uint32_t, std::uint64_t>> TimesOf(const fs::path& folder) {
    std::vector<std::pair<std::uint32_t, std::uint64_t>> times;
    for (const Segment& segment : ParseMediaPlaylist(ReadFile(folder / "index.m3u8")).segments) {
      const std::string bytes = ReadFile(folder / segment.file);
      const Bytes all{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
      const Bytes moof = BoxReader(all).Require("moof").body;
      const Bytes tfdt = BoxReader(BoxReader(moof).Require("traf").body).Require("tfdt").body;
      times.emplace_back(Read32(BoxReader(moof).Require("mfhd").body, 4), Read64(tfdt, 4));
    }
    return times;
  }

  Studio studio_;
};

constexpr const char* kPicture = "-f lavfi -i testsrc2=s=160x90:r=";

TEST_F(ChunkTest, OfOpenGroupsOfPicturesAndARateOfTelevision) {
  ExpectSame(Make(studio_.Make("open.mp4", std::string(kPicture) +
                                               "30000/1001:d=50 -c:v libx264 -preset veryfast -g 250 -bf 3 "
                                               "-x264-params open-gop=1:scenecut=0 -pix_fmt yuv420p")));
}

TEST_F(ChunkTest, OfVariableRateThatStandsStillAtAJoint) {
  ExpectSame(Make(studio_.Make(
      "variable.mkv", std::string(kPicture) +
                          "30:d=50 -vf \"select='mod(n,7)*(lt(t,22)+gt(t,26))'\" -fps_mode vfr -c:v libx264 "
                          "-preset veryfast -g 300 -pix_fmt yuv420p")));
}

TEST_F(ChunkTest, OfOneKeyFrameAndSoundThatBeginsEarlier) {
  ExpectSame(
      Make(studio_.Make("one.mkv", std::string("-itsoffset 0.7 ") + kPicture +
                                       "24:d=49 -f lavfi -i sine=d=50 -c:v libx264 -preset ultrafast -g "
                                       "9999 -sc_threshold 0 -output_ts_offset 13.37 -pix_fmt yuv420p")));
}

TEST_F(ChunkTest, OfAnEditedFileInHevc) {
  const fs::path film = studio_.Make(
      "film.mp4", std::string(kPicture) +
                      "25:d=54 -c:v libx265 -preset ultrafast -x265-params "
                      "log-level=error:open-gop=1:keyint=125:bframes=4 -tag:v hvc1 -pix_fmt yuv420p");
  ExpectSame(Make(studio_.Make("edited.mp4", "-ss 3.3 -i " + film.string() + " -c copy")));
}

}  // namespace
}  // namespace descant::conversion::testing
