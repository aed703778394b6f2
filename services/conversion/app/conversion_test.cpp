#include "services/conversion/app/conversion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "platform/runtime/promise.h"
#include "services/conversion/app/chunk_conversion.h"
#include "services/conversion/app/completion_record.h"
#include "services/conversion/domain/failure.h"
#include "services/conversion/testing/await.h"
#include "services/conversion/testing/fake_transcoder.h"
#include "services/conversion/testing/memory_storage.h"
#include "services/conversion/testing/recorded_events.h"

namespace descant::conversion::app {
namespace {

using ::descant::conversion::testing::Await;
using ::descant::conversion::testing::FakeScratch;
using ::descant::conversion::testing::FakeTranscoder;
using ::descant::conversion::testing::MemoryStorage;
using ::descant::conversion::testing::RecordedEvents;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;

constexpr const char* kSource = "uploads/c/secret";
constexpr const char* kRecord = "media/c/j/complete.json";

class ConversionTest : public ::testing::Test {
 protected:
  ConversionTest() { storage.objects[kSource] = {"bytes", {}}; }

  Result Convert(std::uint32_t attempt = 1) {
    Conversion conversion(storage, transcoder, scratch, profile, {.max_bytes = 1000}, peers);
    const Job job{.id = "j",
                  .source_key = kSource,
                  .target_prefix = "media/c/j",
                  .attempt = attempt,
                  .kind = transcoder.film ? MediaKind::kVideo : MediaKind::kAudio};
    return Await(conversion.Convert(job, events, cancellation));
  }
  FailureCode FailureOf() {
    try {
      Convert();
    } catch (const Failure& failure) {
      return failure.code();
    }
    ADD_FAILURE() << "no failure";
    return FailureCode::kInternal;
  }
  ErrorKind ErrorOf() {
    try {
      Convert();
    } catch (const Error& error) {
      return error.kind();
    }
    ADD_FAILURE() << "no error";
    return ErrorKind::kInternal;
  }
  // Of a picture in two passes.
  void UseFilm() {
    transcoder.film = true;
    profile.video = {.audio_bit_rates = {64'000},
                     .renditions = {{.name = "avc", .codec = VideoCodec::kAvc, .lines = 360},
                                    {.name = "hevc", .codec = VideoCodec::kHevc, .lines = 360}}};
  }
  // Nothing but the source is left.
  void ExpectUntouched() {
    EXPECT_THAT(storage.objects, ElementsAre(Key(kSource)));
    EXPECT_TRUE(scratch.empty());
  }

  MemoryStorage storage;
  FakeTranscoder transcoder;
  FakeScratch scratch;
  RecordedEvents events;
  Cancellation cancellation;
  Peers* peers = nullptr;
  Profile profile{.audio = {.bit_rates = {128'000, 256'000}}};
};

TEST_F(ConversionTest, TellsTheWholeStory) {
  const Result result = Convert();
  EXPECT_EQ(result.master_key, "media/c/j/1/master.m3u8");
  EXPECT_EQ(result.media.duration, std::chrono::seconds(9));
  ASSERT_EQ(result.media.renditions.size(), 2U);
  EXPECT_EQ(result.media.renditions[0], (RenditionSummary{.codec = "mp4a.40.2", .bandwidth = 128'000}));
  EXPECT_THAT(events.names, ElementsAre("accepted", "probed", "progress", "playable", "whole", "progress"));
  EXPECT_EQ(events.playable, result.master_key);
  EXPECT_EQ(events.playable_media.renditions.size(), 1U);
  EXPECT_FALSE(storage.objects.contains(kSource));
  EXPECT_TRUE(scratch.empty());
}

TEST_F(ConversionTest, PublishesWhatIsNamedBeforeWhatNamesIt) {
  Convert(3);
  std::erase(storage.written, "media/c/j/3/waveform.json");  // at any time before the record
  const std::vector<std::string> first{
      "3/audio-128k/init.mp4",   "3/audio-128k/00000.m4s", "3/audio-128k/live.m3u8",
      "3/master.m3u8",           "3/audio-128k/00001.m4s", "3/audio-128k/live.m3u8",
      "3/audio-128k/index.m3u8", "3/master.m3u8",          "first.json"};
  const std::vector<std::string> rest{"3/audio-256k/init.mp4",  "3/audio-256k/00000.m4s",
                                      "3/audio-256k/00001.m4s", "3/audio-256k/index.m3u8",
                                      "3/master.m3u8",          "complete.json"};
  std::vector<std::string> all = first;
  all.insert(all.end(), rest.begin(), rest.end());
  for (std::string& name : all) name.insert(0, "media/c/j/");
  EXPECT_EQ(storage.written, all);
  const auto& segment = storage.objects.at("media/c/j/3/audio-128k/00000.m4s");
  EXPECT_EQ(segment.bytes, "00000.m4s");
  EXPECT_EQ(segment.attributes.content_type, "audio/mp4");
  EXPECT_THAT(segment.attributes.cache_control, HasSubstr("immutable"));
  const auto& playlist = storage.objects.at("media/c/j/3/audio-128k/index.m3u8");
  EXPECT_EQ(playlist.attributes.content_type, "application/vnd.apple.mpegurl");
  EXPECT_THAT(playlist.bytes, HasSubstr("#EXT-X-ENDLIST"));
}

TEST_F(ConversionTest, ProgressNeverFalls) {
  Convert();
  double last = 0;
  for (const Progress& progress : events.progress) {
    EXPECT_GE(progress.fraction, last);
    last = progress.fraction;
  }
  EXPECT_DOUBLE_EQ(last, 0.99);
  EXPECT_NEAR(events.progress.front().fraction, 0.99 * 0.4 / 3, 1e-9);
  EXPECT_NEAR(events.progress.front().remaining.count(), (9 / 0.4 - 3) / 3, 1e-9);
}

TEST_F(ConversionTest, AnswersACompletedJobAgainThoughItsSourceIsGone) {
  const Result first = Convert(1);
  storage.written.clear();
  transcoder.on_probe = [] { throw std::logic_error("converted again"); };
  EXPECT_EQ(Convert(2), first);
  EXPECT_THAT(storage.written, IsEmpty());
}

TEST_F(ConversionTest, RemovesASourceThatTheCompletedAttemptLeft) {
  storage.before = [](const std::string& operation, const std::string& key) {
    if (operation == "delete" && key == kSource)
      throw Error(ErrorKind::kUnavailable, "storage_unavailable", "");
  };
  EXPECT_EQ(ErrorOf(), ErrorKind::kUnavailable);
  EXPECT_TRUE(storage.objects.contains(kRecord));
  EXPECT_TRUE(storage.objects.contains("media/c/j/1/master.m3u8"));
  storage.before = nullptr;
  EXPECT_EQ(Convert(2).master_key, "media/c/j/1/master.m3u8");
  EXPECT_FALSE(storage.objects.contains(kSource));
}

TEST_F(ConversionTest, YieldsToAnAttemptThatCompletedMeanwhile) {
  const Result other{.master_key = "media/c/j/1/master.m3u8"};
  transcoder.on_encode = [&] { storage.objects[kRecord] = {RenderCompletion(other), {}}; };
  EXPECT_EQ(Convert(2), other);
  EXPECT_THAT(storage.objects, ::testing::Not(::testing::Contains(Key(HasSubstr("media/c/j/2/")))));
}

TEST_F(ConversionTest, FindsTheRecordWhenTheSourceVanishesUnderIt) {
  const Result other{.master_key = "media/c/j/1/master.m3u8"};
  storage.before = [&](const std::string& operation, const std::string&) {
    if (operation != "download") return;
    storage.objects.erase(kSource);
    storage.objects[kRecord] = {RenderCompletion(other), {}};
  };
  EXPECT_EQ(Convert(2), other);
}

TEST_F(ConversionTest, KeepsTheSourceOfAFileThatCannotBeConverted) {
  transcoder.on_probe = [] { throw Failure(FailureCode::kDamaged); };
  EXPECT_EQ(FailureOf(), FailureCode::kDamaged);
  ExpectUntouched();
}

TEST_F(ConversionTest, LeavesWhatListenersFollowWhenTheFirstPassFails) {
  transcoder.on_encode = [] { throw Failure(FailureCode::kDamaged); };
  EXPECT_EQ(FailureOf(), FailureCode::kDamaged);
  EXPECT_TRUE(storage.objects.contains(kSource));
  EXPECT_TRUE(storage.objects.contains("media/c/j/1/audio-128k/00001.m4s"));
  EXPECT_FALSE(storage.objects.contains("media/c/j/first.json"));
  EXPECT_THAT(events.names, ::testing::Not(::testing::Contains("whole")));
}

TEST_F(ConversionTest, KeepsTheFirstPassWhenTheRestFailsAndMakesTheRestAlone) {
  transcoder.on_encode = [this] {
    if (transcoder.passes == 2) throw Failure(FailureCode::kInternal);
  };
  EXPECT_EQ(FailureOf(), FailureCode::kInternal);
  EXPECT_TRUE(storage.objects.contains(kSource));
  EXPECT_THAT(storage.objects, ::testing::Not(::testing::Contains(Key(HasSubstr("audio-256k")))));
  const std::string before = storage.objects.at("media/c/j/1/master.m3u8").bytes;
  EXPECT_THAT(before, HasSubstr("\naudio-128k/index.m3u8\n"));

  storage.written.clear();
  events.names.clear();
  const Result result = Convert(2);
  EXPECT_EQ(transcoder.passes, 3);
  EXPECT_THAT(events.names, ElementsAre("accepted", "probed", "whole", "progress"));
  EXPECT_EQ(storage.written.front(), "media/c/j/2/audio-256k/init.mp4");
  EXPECT_EQ(result.master_key, "media/c/j/2/master.m3u8");
  EXPECT_EQ(result.media.renditions.size(), 2U);
  EXPECT_THAT(
      storage.objects.at(result.master_key).bytes,
      ::testing::AllOf(HasSubstr("\n../1/audio-128k/index.m3u8\n"), HasSubstr("\naudio-256k/index.m3u8\n")));
  EXPECT_EQ(storage.objects.at("media/c/j/1/master.m3u8").bytes, before);
  EXPECT_FALSE(storage.objects.contains(kSource));
}

TEST_F(ConversionTest, OffersSubtitlesWhicheverAttemptMadeThem) {
  UseFilm();
  transcoder.subtitles = {{.index = 2, .codec = "subrip", .language = "eng"},
                          {.index = 3, .codec = "subrip", .language = "fre"},
                          {.index = 4, .codec = "ass", .language = "ger"}};
  transcoder.on_encode = [this] {
    if (transcoder.passes == 2) throw Failure(FailureCode::kInternal);
  };
  FailureOf();
  EXPECT_EQ(storage.objects.at("media/c/j/1/subtitles-3/subtitles.vtt").bytes, "subtitles of 4");
  EXPECT_EQ(storage.objects.at("media/c/j/1/subtitles-3/subtitles.vtt").attributes.content_type, "text/vtt");
  EXPECT_TRUE(storage.objects.contains("media/c/j/1/subtitles-1/index.m3u8"));
  EXPECT_FALSE(storage.objects.contains("media/c/j/1/subtitles-2/index.m3u8")) << "nothing is said in it";
  const auto offers = [](const std::string& folder) {
    return ::testing::AllOf(
        HasSubstr("LANGUAGE=\"en\""), HasSubstr("URI=\"" + folder + "subtitles-1/index.m3u8\""),
        HasSubstr("URI=\"" + folder + "subtitles-3/index.m3u8\""), HasSubstr(",SUBTITLES=\"subtitles\"\n"),
        ::testing::Not(HasSubstr("subtitles-2")));
  };
  EXPECT_THAT(storage.objects.at("media/c/j/1/master.m3u8").bytes, offers(""));
  const Result result = Convert(2);
  EXPECT_THAT(storage.objects.at(result.master_key).bytes, offers("../1/"));
}

TEST_F(ConversionTest, IsNotFailedBySubtitles) {
  UseFilm();
  transcoder.subtitles = {{.index = 2, .codec = "subrip"}};
  transcoder.on_subtitles = [] { throw Failure(FailureCode::kScratchFull); };
  const Result result = Convert();
  EXPECT_THAT(storage.objects.at(result.master_key).bytes, ::testing::Not(HasSubstr("SUBTITLES")));
}

TEST_F(ConversionTest, LeavesNothingOfAnAttemptThatAddedNothing) {
  UseFilm();
  transcoder.on_encode = [this] {
    if (transcoder.passes > 1) throw Failure(FailureCode::kInternal);
  };
  EXPECT_EQ(FailureOf(), FailureCode::kInternal);
  const std::size_t after_first = storage.objects.size();

  // The poster of the second attempt is there before its renditions fail.
  const runtime::Promise<runtime::Nothing> poster;
  storage.before = [poster](const std::string&, const std::string& key) {
    if (key == "media/c/j/2/poster.jpg") poster.Set({});
  };
  transcoder.during_encode = [poster](Cancellation&) -> awaitable<void> { co_await poster.Wait(); };
  EXPECT_THROW(Convert(2), Failure);
  EXPECT_EQ(transcoder.passes, 3);
  EXPECT_EQ(storage.objects.size(), after_first);
  EXPECT_THAT(storage.objects, ::testing::Not(::testing::Contains(Key(HasSubstr("/2/")))));
}

TEST_F(ConversionTest, BeginsAnewWhenTheProfileHasChangedSinceTheFirstPass) {
  transcoder.on_encode = [this] {
    if (transcoder.passes == 2) throw Failure(FailureCode::kInternal);
  };
  FailureOf();
  profile.audio.bit_rates = {96'000, 256'000};
  const Result result = Convert(2);
  EXPECT_THAT(storage.objects.at(result.master_key).bytes,
              ::testing::AllOf(HasSubstr("\naudio-96k/index.m3u8\n"), ::testing::Not(HasSubstr("../"))));
}

TEST_F(ConversionTest, OfOneRateNeedsNoSecondPass) {
  profile.audio.bit_rates = {128'000};
  const Result result = Convert();
  EXPECT_EQ(transcoder.passes, 1);
  EXPECT_THAT(events.names, ElementsAre("accepted", "probed", "progress", "playable"));
  EXPECT_FALSE(storage.objects.contains("media/c/j/first.json"));
  EXPECT_TRUE(storage.objects.contains(kRecord));
}

TEST_F(ConversionTest, RefusesSourcesThatAreMissingEmptyOrTooLarge) {
  storage.objects[kSource].bytes = std::string(1001, 'x');
  EXPECT_EQ(FailureOf(), FailureCode::kLimitExceeded);
  storage.objects[kSource].bytes.clear();
  EXPECT_EQ(FailureOf(), FailureCode::kEmptyFile);
  ExpectUntouched();
  storage.objects.clear();
  EXPECT_EQ(FailureOf(), FailureCode::kSourceMissing);
  EXPECT_EQ(scratch.made, 0);
}

TEST_F(ConversionTest, WithdrawsWhatNobodyWasToldOfWhenStorageFails) {
  for (const auto kind : {ErrorKind::kUnavailable, ErrorKind::kResourceExhausted}) {
    storage.before = [kind](const std::string& operation, const std::string& key) {
      if (operation == "write" && key.ends_with("master.m3u8")) throw Error(kind, "storage", "");
    };
    EXPECT_EQ(ErrorOf(), ErrorKind::kUnavailable);
    ExpectUntouched();
  }
}

TEST_F(ConversionTest, FullScratchIsAFailureOfItsOwn) {
  storage.before = [](const std::string& operation, const std::string&) {
    if (operation == "download") throw Error(ErrorKind::kResourceExhausted, "storage_full", "");
  };
  EXPECT_EQ(FailureOf(), FailureCode::kScratchFull);
  ExpectUntouched();
}

// A film in five chunks; the other worker makes as many of them as it gets.
class CutConversionTest : public ConversionTest, public Peers {
 protected:
  CutConversionTest() {
    transcoder.film = true;
    transcoder.duration = std::chrono::seconds(54);
    profile.video = {.audio_bit_rates = {64'000},
                     .renditions = {{.name = "avc", .codec = VideoCodec::kAvc, .lines = 360},
                                    {.name = "hevc", .codec = VideoCodec::kHevc, .lines = 360}}};
    peers = this;
  }
  awaitable<std::vector<Peer>> Find() override {
    ++asked;
    co_return std::vector<Peer>{
        {"peer", std::make_shared<ChunkConversion>(storage, other_transcoder, other_scratch, shelf,
                                                   Limits{.max_bytes = 1000})}};
  }
  FakeTranscoder other_transcoder;
  FakeScratch other_scratch;
  SourceShelf shelf{other_scratch, 1, std::chrono::seconds(0)};
  int asked = 0;
};

TEST_F(CutConversionTest, JoinsWhatWorkersMake) {
  const Result result = Convert();
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(transcoder.passes, 1);
  EXPECT_EQ(transcoder.chunks + other_transcoder.chunks, 5);
  EXPECT_THAT(storage.objects.at(result.master_key).bytes, HasSubstr("\nhevc/index.m3u8\n"));
  EXPECT_EQ(storage.objects.at("media/c/j/1/hevc/init.mp4").bytes, "init of hevc");
  const std::string playlist = storage.objects.at("media/c/j/1/hevc/index.m3u8").bytes;
  EXPECT_THAT(playlist,
              ::testing::AllOf(HasSubstr("init.mp4"), HasSubstr("00000.m4s"), HasSubstr("#EXT-X-ENDLIST")));
  EXPECT_THAT(storage.objects.at("media/c/j/1/hevc/iframes.m3u8").bytes, HasSubstr("100"));
  for (const Segment& segment : ParseMediaPlaylist(playlist).segments)
    EXPECT_TRUE(storage.objects.contains("media/c/j/1/hevc/" + segment.file)) << segment.file;
  EXPECT_TRUE(scratch.empty());
  EXPECT_TRUE(other_scratch.empty());
}

TEST_F(CutConversionTest, HasOthersBeginWhileItMakesTheFirstPass) {
  // The first pass ends when the other worker has made all there is.
  const runtime::Promise<runtime::Nothing> all;
  other_transcoder.on_encode = [this, all] {
    if (other_transcoder.chunks == 5) all.Set({});
  };
  transcoder.during_encode = [all](Cancellation&) -> awaitable<void> { co_await all.Wait(); };
  Convert();
  EXPECT_EQ(other_transcoder.chunks, 5);
  EXPECT_EQ(transcoder.chunks, 0);
}

TEST_F(CutConversionTest, LeavesNothingOfTurnsThatFailed) {
  other_transcoder.on_encode = [] { throw Error(ErrorKind::kUnavailable, "worker_stopping", ""); };
  const Result result = Convert();
  EXPECT_EQ(transcoder.chunks, 5);
  const std::string playlist = storage.objects.at("media/c/j/1/hevc/index.m3u8").bytes;
  std::size_t segments = 0;
  for (const auto& [key, object] : storage.objects)
    segments += key.contains("/hevc/") && key.ends_with(".m4s") ? 1 : 0;
  EXPECT_EQ(segments, ParseMediaPlaylist(playlist).segments.size());
  EXPECT_TRUE(storage.objects.contains(kRecord));
}

TEST_F(CutConversionTest, IsMadeWholeWhereChunksDoNotJoin) {
  transcoder.duration = std::chrono::seconds(55);  // chunks come out shorter
  const Result result = Convert();
  EXPECT_EQ(transcoder.passes, 2);
  EXPECT_THAT(storage.objects.at(result.master_key).bytes, HasSubstr("\nhevc/index.m3u8\n"));
  EXPECT_EQ(storage.objects.at("media/c/j/1/hevc/init.mp4").bytes, "init.mp4");
  EXPECT_FALSE(storage.objects.contains("media/c/j/1/hevc/00004.m4s"));
}

TEST_F(CutConversionTest, CancelledLeavesNoChunk) {
  events.on_event = [this](const std::string& name) {
    if (name == "whole") cancellation.Request();
  };
  EXPECT_EQ(ErrorOf(), ErrorKind::kCancelled);
  EXPECT_THAT(storage.objects, ::testing::Not(::testing::Contains(Key(HasSubstr("hevc")))));
  EXPECT_TRUE(storage.objects.contains(kSource));
}

TEST_F(ConversionTest, CancellationEndsItWhereverItIs) {
  for (const std::string at : {"accepted", "probed", "progress"}) {
    cancellation = {};
    events.on_event = [this, at](const std::string& name) {
      if (name == at) cancellation.Request();
    };
    EXPECT_EQ(ErrorOf(), ErrorKind::kCancelled) << at;
    ExpectUntouched();
  }
}

TEST_F(ConversionTest, ACallerWhoIsGoneEndsIt) {
  events.on_event = [](const std::string& name) {
    if (name == "progress") throw Error(ErrorKind::kCancelled, "cancelled", "");
  };
  EXPECT_EQ(ErrorOf(), ErrorKind::kCancelled);
  ExpectUntouched();
}

}  // namespace
}  // namespace descant::conversion::app
