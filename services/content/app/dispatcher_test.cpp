#include "services/content/app/dispatcher.h"

#include <deque>

#include <gmock/gmock.h>

#include "platform/base/error.h"
#include "platform/runtime/promise.h"
#include "services/content/testing/in_memory.h"
#include "tests/support/await.h"

namespace descant::content::app {
namespace {

using namespace std::chrono_literals;
using descant::tests::Await;
using domain::State;
using ::testing::ElementsAre;

// A conversion that goes as the test says: events, and then its end.
struct Script {
  std::vector<ConversionEvent> events;
  std::optional<Error> error;  // instead of a plain end
  bool hangs = false;          // after its events, until cancelled
  bool breaks = false;         // after its events, by what is no Error
};

class ScriptedConversion final : public Conversion {
 public:
  ScriptedConversion(Script script, int& cancelled) : script_(std::move(script)), cancelled_(cancelled) {}

  awaitable<std::optional<ConversionEvent>> Next() override {
    if (next_ < script_.events.size()) co_return script_.events[next_++];
    if (script_.hangs) {
      co_await over_.Wait();
      throw Error(ErrorKind::kCancelled, "cancelled", "cancelled");
    }
    if (script_.error) throw Error(*script_.error);
    if (script_.breaks) throw std::runtime_error("broken");
    co_return std::nullopt;
  }
  void Cancel() override {
    ++cancelled_;
    over_.Set({});
  }

 private:
  Script script_;
  int& cancelled_;
  std::size_t next_ = 0;
  runtime::Promise<runtime::Nothing> over_;
};

class ScriptedConverter final : public Converter {
 public:
  std::deque<Script> scripts;  // one a conversion; the last one is repeated
  std::vector<std::int64_t> attempts;
  int cancelled = 0;

  std::unique_ptr<Conversion> Start(const domain::Job& job) override {
    attempts.push_back(job.attempt);
    Script script = scripts.front();
    if (scripts.size() > 1) scripts.pop_front();
    return std::make_unique<ScriptedConversion>(std::move(script), cancelled);
  }
};

class DispatcherTest : public ::testing::Test {
 protected:
  void Start(DispatcherSettings settings = {}) {
    settings.poll = 5ms;
    settings.first_backoff = 1ms;
    dispatcher_.emplace(context_.get_executor(), jobs_, converter_, settings);
    dispatcher_->Start();
  }
  ~DispatcherTest() override {
    if (dispatcher_) Await(context_, dispatcher_->Stop());
    context_.restart();
    context_.poll();
  }

  domain::ContentId Queue() {
    const domain::Content content = Await(context_, contents_.Add({.id = domain::ContentId::New()}));
    Await(context_, jobs_.Queue({.content = content.id, .source_key = "uploads/x"}));
    return content.id;
  }
  const domain::Content& Content(domain::ContentId id) { return memory_.contents[id]; }
  void RunUntil(const std::function<bool()>& done) { descant::tests::RunUntil(context_, done); }
  void RunUntil(domain::ContentId id, State state) {
    RunUntil([&] { return Content(id).state == state; });
  }

  asio::io_context context_;
  testing::Memory memory_;
  testing::InMemoryContents contents_{memory_};
  testing::InMemoryJobs jobs_{memory_};
  ScriptedConverter converter_;
  std::optional<Dispatcher> dispatcher_;
};

const Done kDone{"media/c/j/1/master.m3u8", {.kind = domain::MediaKind::kAudio, .duration_ms = 1000}};

TEST_F(DispatcherTest, BringsAJobToItsEnd) {
  converter_.scripts = {{.events = {Accepted{}, domain::Progress{0.5, 2, 1},
                                    domain::PlayableMedia{"media/c/j/1/master.m3u8"}, kDone}}};
  const auto id = Queue();
  Start();
  RunUntil(id, State::kReady);
  EXPECT_EQ(Content(id).media_key, kDone.media_key);
  EXPECT_EQ(Content(id).media->duration_ms, 1000);
  EXPECT_FALSE(Content(id).progress);
}

TEST_F(DispatcherTest, KeepsWhatIsWholeWhenTheRestFailsEachTime) {
  const auto id = Queue();
  const std::string key =
      "media/" + id.ToString() + "/" + memory_.jobs.begin()->first.ToString() + "/1/master.m3u8";
  converter_.scripts = {{.events = {Accepted{}, domain::PlayableMedia{key, {.duration_ms = 1000}, true},
                                    Failed{{"internal", "It failed."}, true}}}};
  Start({.max_failures = 3});
  RunUntil(id, State::kReady);
  EXPECT_THAT(converter_.attempts, ElementsAre(1, 2, 3));
  EXPECT_EQ(Content(id).media_key, key);
  EXPECT_FALSE(Content(id).failure);
}

TEST_F(DispatcherTest, WhatIsWrongWithTheFileIsFinal) {
  converter_.scripts = {
      {.events = {Accepted{}, Failed{{"no_audio", "There is no sound in the file."}, false}}}};
  const auto id = Queue();
  Start();
  RunUntil(id, State::kFailed);
  EXPECT_EQ(Content(id).failure->code, "no_audio");
  EXPECT_THAT(converter_.attempts, ElementsAre(1));
}

TEST_F(DispatcherTest, TroubleOfTheWorkerIsTriedAgainSoOften) {
  converter_.scripts = {{.events = {Accepted{}, Failed{{"scratch_full", "No space."}, true}}}};
  const auto id = Queue();
  Start({.max_failures = 3});
  RunUntil(id, State::kFailed);
  EXPECT_EQ(Content(id).failure->code, "scratch_full");
  EXPECT_THAT(converter_.attempts, ElementsAre(1, 2, 3));
}

TEST_F(DispatcherTest, WithoutAWorkerJobsWaitForAsLongAsItTakes) {
  converter_.scripts = {{.error = Error(ErrorKind::kUnavailable, "unavailable", "nobody there")}};
  const auto id = Queue();
  Start({.max_failures = 3, .max_losses = 3});
  RunUntil([&] { return converter_.attempts.size() > 10; });
  EXPECT_NE(Content(id).state, State::kFailed);
  converter_.scripts = {{.events = {Accepted{}, kDone}}};
  RunUntil(id, State::kReady);
}

TEST_F(DispatcherTest, AWorkerThatDiesCountsAsALossAndEndsTheJobInTheEnd) {
  converter_.scripts = {
      {.events = {Accepted{}}, .error = Error(ErrorKind::kUnavailable, "unavailable", "it died")}};
  const auto id = Queue();
  Start({.max_losses = 2});
  RunUntil(id, State::kFailed);
  EXPECT_EQ(Content(id).failure->code, "internal");
  EXPECT_THAT(converter_.attempts, ElementsAre(1, 2, 3));
}

TEST_F(DispatcherTest, ADefectEndsTheJobInTheEndToo) {
  converter_.scripts = {{.events = {Accepted{}}, .breaks = true}};
  const auto id = Queue();
  Start({.max_losses = 2});
  RunUntil(id, State::kFailed);
  EXPECT_THAT(converter_.attempts, ElementsAre(1, 2, 3));
}

TEST_F(DispatcherTest, LosingTheLeaseCancelsTheConversion) {
  converter_.scripts = {{.events = {Accepted{}}, .hangs = true}, {.events = {Accepted{}, kDone}}};
  const auto id = Queue();
  Start({.concurrency = 1, .lease = 30ms});
  RunUntil([&] { return !converter_.attempts.empty(); });
  // Another dispatcher has taken the job over.
  auto& stored = memory_.jobs.begin()->second;
  ++stored.job.attempt;
  RunUntil([&] { return converter_.cancelled > 0; });
  EXPECT_EQ(Content(id).state, State::kProcessing) << "the job is the other's now";
}

TEST_F(DispatcherTest, TakesUpItsOwnJobWhoseLeaseRanOut) {
  converter_.scripts = {{.events = {Accepted{}}, .hangs = true}, {.events = {Accepted{}, kDone}}};
  const auto id = Queue();
  Start({.lease = 200ms});
  RunUntil([&] { return !converter_.attempts.empty(); });
  memory_.jobs.begin()->second.leased_until = {};
  RunUntil(id, State::kReady);
  RunUntil([&] { return converter_.cancelled > 0; });
  EXPECT_THAT(converter_.attempts, ElementsAre(1, 2));
}

TEST_F(DispatcherTest, TakesUpWhatAnotherDispatcherLeft) {
  converter_.scripts = {{.events = {Accepted{}, kDone}}};
  const auto id = Queue();
  Await(context_, jobs_.Lease(-1ms));
  Start();
  RunUntil(id, State::kReady);
  EXPECT_THAT(converter_.attempts, ElementsAre(2));
  EXPECT_EQ(memory_.jobs.begin()->second.job.losses, 1);
}

TEST_F(DispatcherTest, RunsNoMoreThanItMay) {
  converter_.scripts = {{.events = {Accepted{}}, .hangs = true}};
  for (int i = 0; i < 5; ++i) Queue();
  Start({.concurrency = 2});
  RunUntil([&] { return converter_.attempts.size() == 2; });
  for (int i = 0; i < 50; ++i) context_.run_one();
  EXPECT_EQ(converter_.attempts.size(), 2);
}

TEST_F(DispatcherTest, StoppingGivesRunningJobsBack) {
  converter_.scripts = {{.events = {Accepted{}}, .hangs = true}};
  const auto id = Queue();
  Start();
  RunUntil([&] { return !converter_.attempts.empty(); });
  Await(context_, dispatcher_->Stop());
  dispatcher_.reset();
  EXPECT_EQ(Content(id).state, State::kQueued);
  EXPECT_EQ(memory_.jobs.begin()->second.job.losses, 0) << "nobody lost it";
  EXPECT_EQ(converter_.cancelled, 1);
}

}  // namespace
}  // namespace descant::content::app
