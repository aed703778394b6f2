#include <csignal>
#include <random>

#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "services/conversion/adapters/ffmpeg/diagnosis.h"
#include "services/conversion/adapters/ffmpeg/probe_parser.h"
#include "services/conversion/adapters/ffmpeg/progress_parser.h"

namespace descant::conversion::ffmpeg {
namespace {

using std::chrono::milliseconds;

TEST(ProgressParser, AnswersEachBlockWhereverItIsCut) {
  const std::string text =
      "frame=1\nout_time_us=23220\nspeed=   "
      "0.5x\nprogress=continue\nout_time_us=5015510\nspeed=9.84x\nprogress=end\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    ProgressParser parser;
    std::optional<EncodingProgress> last;
    for (const std::string& piece : {text.substr(0, cut), text.substr(cut)}) {
      if (const auto progress = parser.Feed(piece)) last = progress;
    }
    ASSERT_TRUE(last) << cut;
    EXPECT_EQ(last->position, milliseconds(5015));
    EXPECT_DOUBLE_EQ(last->speed, 9.84);
  }
}

TEST(ProgressParser, NeverGoesBackOrBreaksOnNonsense) {
  ProgressParser parser;
  EXPECT_EQ(parser.Feed("out_time_us=2000000\nspeed=1x\nprogress=continue\n")->position, milliseconds(2000));
  const auto next = parser.Feed("out_time_us=-9223372036854775807\nspeed=N/A\nprogress=continue\n");
  EXPECT_EQ(next->position, milliseconds(2000));
  EXPECT_DOUBLE_EQ(next->speed, 1);
  EXPECT_EQ(parser.Feed("out_time_us=1\nspeed=inf\nspeed=-3x\nprogress=end\n")->position, milliseconds(2000));
  EXPECT_FALSE(parser.Feed(std::string(100'000, 'x')));
  EXPECT_FALSE(parser.Feed("\n=\n\n"));
  EXPECT_TRUE(parser.Feed("progress=end\n"));
}

constexpr const char* kProbe = R"({"programs":[],"streams":[
  {"index":0,"codec_name":"h264","codec_type":"video","width":322,"height":182,"sample_aspect_ratio":"4:3",
   "field_order":"tt","r_frame_rate":"30/1","avg_frame_rate":"30000/1001","disposition":{"default":1,"attached_pic":0},
   "pix_fmt":"yuv420p10le","color_space":"bt2020nc","color_transfer":"smpte2084","color_primaries":"bt2020",
   "side_data_list":[{},{"rotation":-90},{"max_content":1000,"max_average":400},
    {"red_x":"34000/50000","red_y":"16000/50000","green_x":"13250/50000","green_y":"34500/50000","blue_x":"7500/50000",
     "blue_y":"3000/50000","white_point_x":"15635/50000","white_point_y":"16450/50000","min_luminance":"50/10000",
     "max_luminance":"10000000/10000"}]},
  {"index":1,"codec_name":"aac","codec_type":"audio","sample_rate":"44100","channels":1,"bit_rate":"127999","avg_frame_rate":"0/0",
   "disposition":{"default":1},"tags":{"language":"eng","title":"Nocturne"}},
  {"index":2,"codec_name":"mjpeg","codec_type":"video","width":600,"height":600,"disposition":{"attached_pic":1}},
  {"index":3,"codec_type":"data"},
  {"index":4,"codec_name":"subrip","codec_type":"subtitle","disposition":{"forced":1,"hearing_impaired":1},
   "tags":{"language":"ger","title":"Schilder"}}],
  "format":{"nb_streams":5,"format_name":"mov,mp4","duration":"7.012000"}})";

TEST(ProbeParser, ReadsWhatFfprobePrints) {
  const SourceProbe probe = ParseProbe(kProbe);
  EXPECT_EQ(probe.container, "mov,mp4");
  EXPECT_EQ(probe.duration, milliseconds(7012));
  EXPECT_EQ(probe.streams, 5);
  ASSERT_EQ(probe.video.size(), 2U);
  EXPECT_EQ(probe.video[0].rotation, 270);
  EXPECT_EQ(probe.video[0].pixel_shape, (Rational{4, 3}));
  EXPECT_EQ(probe.video[0].average_rate, (Rational{30000, 1001}));
  EXPECT_TRUE(probe.video[0].interlaced);
  EXPECT_EQ(probe.video[0].color, (Color{"bt2020", "smpte2084", "bt2020nc"}));
  EXPECT_EQ(probe.video[0].bit_depth, 10);
  EXPECT_FALSE(probe.video[0].rgb);
  EXPECT_EQ(probe.video[0].mastering_display, (MasteringDisplay{.red = {34'000, 16'000},
                                                                .green = {13'250, 34'500},
                                                                .blue = {7'500, 3'000},
                                                                .white = {15'635, 16'450},
                                                                .max_luminance = 10'000'000,
                                                                .min_luminance = 50}));
  EXPECT_EQ(probe.video[0].content_light, (ContentLight{1000, 400}));
  EXPECT_FALSE(probe.video[0].is_still);
  EXPECT_TRUE(probe.video[1].is_still);
  ASSERT_EQ(probe.audio.size(), 1U);
  EXPECT_EQ(probe.audio[0].index, 1);
  EXPECT_EQ(probe.audio[0].sample_rate, 44'100);
  EXPECT_EQ(probe.audio[0].bit_rate, 127'999);
  EXPECT_EQ(probe.tags, Tags{.title = "Nocturne"});
  ASSERT_NE(probe.CoverPicture(), nullptr);
  EXPECT_EQ(probe.CoverPicture()->index, 2);
  EXPECT_EQ(probe.audio[0].language, "eng");
  ASSERT_EQ(probe.subtitles.size(), 1U);
  EXPECT_EQ(probe.subtitles[0].index, 4);
  EXPECT_EQ(probe.subtitles[0].codec, "subrip");
  EXPECT_EQ(probe.subtitles[0].language, "ger");
  EXPECT_EQ(probe.subtitles[0].title, "Schilder");
  EXPECT_TRUE(probe.subtitles[0].forced);
  EXPECT_TRUE(probe.subtitles[0].hearing_impaired);
}

TEST(ProbeParser, TakesWhatIsNoSaneNumberForNotStated) {
  const SourceProbe probe =
      ParseProbe(R"({"format":{"format_name":"mov","duration":"nan","nb_streams":1},"streams":[7,
    {"codec_type":"video","codec_name":"unknown","index":0,"width":99999999999999,"height":"-","avg_frame_rate":"1/0",
     "r_frame_rate":"-5/1","sample_aspect_ratio":"0:1","side_data_list":[{"rotation":99999999999}],"disposition":3},
    {"codec_type":"audio","sample_rate":"1e9","channels":-2,"tags":{"language":"\"\n"}}]})");
  EXPECT_EQ(probe.duration, milliseconds(0));
  EXPECT_FALSE(probe.video.at(0).decodable());
  EXPECT_FALSE(probe.video.at(0).average_rate.known());
  EXPECT_FALSE(probe.video.at(0).base_rate.known());
  EXPECT_EQ(probe.video.at(0).pixel_shape, (Rational{1, 1}));
  EXPECT_EQ(probe.video.at(0).rotation, 0);
  EXPECT_FALSE(probe.audio.at(0).decodable());
  EXPECT_EQ(probe.audio.at(0).language, "");
}

TEST(ProbeParser, TakesTheRateOfTheFileForThatOfItsOnlyStream) {
  const char* text = R"({"format":{"format_name":"ogg","nb_streams":1,"bit_rate":"96000"},
    "streams":[{"codec_type":"audio","codec_name":"opus","channels":2,"sample_rate":"48000"}]})";
  EXPECT_EQ(ParseProbe(text).audio.at(0).bit_rate, 96'000);
}

TEST(ProbeParser, RefusesWhatIsNoProbe) {
  EXPECT_THROW(ParseProbe(""), Error);
  EXPECT_THROW(ParseProbe("[]"), Error);
  EXPECT_THROW(ParseProbe("{"), Error);
  EXPECT_THROW(ParseProbe("{}"), Failure);
  EXPECT_THROW(ParseProbe(R"({"format":[],"streams":{}})"), Failure);
  EXPECT_THROW(ParseProbe(std::string(100'000, '[')), Error);
}

TEST(ProbeParser, SurvivesEveryChangedByte) {
  const std::string whole = kProbe;
  std::mt19937 random(11);
  for (int round = 0; round < 20'000; ++round) {
    std::string changed = whole;
    for (int change = 0; change < 3; ++change)
      changed[random() % changed.size()] = static_cast<char>(random());
    try {
      const SourceProbe probe = ParseProbe(changed);
      if (const VideoStream* video = probe.MainVideo()) DisplaySize(*video);
    } catch (const std::exception&) {
    }
  }
}

FailureCode Encode(ProcessExit exit) { return DiagnoseEncode(exit).code(); }
FailureCode Probe(ProcessExit exit) { return DiagnoseProbe(exit).code(); }

TEST(Diagnosis, NamesTheReason) {
  using Cause = ProcessExit::Cause;
  EXPECT_EQ(Probe({.status = 1, .errors = "[hls @ 0x1] Format not on whitelist 'mov'\n"}),
            FailureCode::kUnsupportedFormat);
  EXPECT_EQ(Probe({.status = 1, .errors = "source: Invalid data found when processing input"}),
            FailureCode::kUnsupportedFormat);
  EXPECT_EQ(Probe({.status = 1, .errors = "[mov,mp4,m4a @ 0x1] moov atom not found\n"}),
            FailureCode::kDamaged);
  EXPECT_EQ(Probe({.cause = Cause::kTimedOut, .status = SIGKILL}), FailureCode::kLimitExceeded);
  EXPECT_EQ(Probe({.cause = Cause::kSignalled, .status = SIGSEGV}), FailureCode::kDamaged);
  EXPECT_EQ(Probe({.status = kCannotStart}), FailureCode::kInternal);
  EXPECT_EQ(Encode({.cause = Cause::kSignalled, .status = SIGXCPU}), FailureCode::kLimitExceeded);
  EXPECT_EQ(Encode({.cause = Cause::kSignalled, .status = SIGXFSZ}), FailureCode::kLimitExceeded);
  EXPECT_EQ(Encode({.status = 1, .errors = "av_interleaved_write_frame(): No space left on device"}),
            FailureCode::kScratchFull);
  EXPECT_EQ(Encode({.status = 1, .errors = "Error while decoding stream #0:0: Invalid data found"}),
            FailureCode::kDamaged);
  EXPECT_EQ(Encode({.status = 1, .errors = "Something else"}), FailureCode::kInternal);
}

TEST(Diagnosis, HearsOfDamage) {
  EXPECT_FALSE(TellsOfDamage({}));
  EXPECT_FALSE(TellsOfDamage({.errors = "x265 [info]: frame I: 3"}));
  EXPECT_TRUE(TellsOfDamage({.errors = "[mov,mp4 @ 0x1] stream 1, offset 0x160e1: partial file\n"}));
  EXPECT_TRUE(TellsOfDamage({.errors = "[mp3float @ 0x1] Header missing\n"}));
  EXPECT_TRUE(TellsOfDamage({.errors = "Error while decoding stream #0:0: Invalid data found"}));
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
