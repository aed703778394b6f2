#include "services/conversion/app/fan_out.h"

#include <functional>
#include <map>
#include <set>

#include <boost/asio/this_coro.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "platform/runtime/blocking.h"
#include "platform/runtime/promise.h"
#include "platform/runtime/runtime.h"
#include "services/conversion/domain/failure.h"
#include "services/conversion/testing/await.h"
#include "services/conversion/testing/chunks.h"

namespace descant::conversion::app {
namespace {

using namespace std::chrono_literals;
using ::descant::conversion::testing::Await;
using ::descant::conversion::testing::MadeOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class FakeWorker final : public ChunkWorker {
 public:
  using Does = std::function<awaitable<EncodedChunk>(ChunkOrder, Cancellation&)>;

  explicit FakeWorker(Does does = nullptr) : does_(std::move(does)) {}

  awaitable<EncodedChunk> Make(ChunkOrder order, Cancellation& cancellation) override {
    asked.emplace_back(order.plan.chunk->index, order.plan.chunk->turn);
    if (does_) co_return co_await does_(std::move(order), cancellation);
    co_return MadeOf(order.plan);
  }
  std::vector<std::pair<int, int>> asked;  // chunk and turn

 private:
  Does does_;
};

class FakePeers final : public Peers {
 public:
  explicit FakePeers(std::vector<Peer> peers) : peers_(std::move(peers)) {}
  awaitable<std::vector<Peer>> Find() override {
    if (on_find) on_find(peers_);
    co_return peers_;
  }
  std::function<void(std::vector<Peer>&)> on_find;
  int asked = 0;

 private:
  std::vector<Peer> peers_;
};

// What is never made, until it is cancelled.
awaitable<EncodedChunk> Hang(ChunkOrder, Cancellation& cancellation) {
  const runtime::Promise<runtime::Nothing> cancelled;
  const Cancellation::Listener listener(cancellation, [cancelled] { cancelled.Set({}); });
  co_await cancelled.Wait();
  cancellation.Check();
  co_return EncodedChunk{};
}

FakeWorker::Does Throws(ErrorKind kind) {
  return [kind](ChunkOrder, Cancellation&) -> awaitable<EncodedChunk> {
    throw Error(kind, "test", "does not");
    co_return EncodedChunk{};
  };
}

class FanOutTest : public ::testing::Test {
 protected:
  static constexpr int kChunks = 6;

  static std::vector<ChunkOrder> Orders() {
    std::vector<ChunkOrder> orders;
    for (const Plan& plan : testing::ChunkPlans(kChunks))
      orders.push_back({.job_id = "j", .source_key = "uploads/x", .prefix = "media/c/j/1", .plan = plan});
    return orders;
  }

  // With `peers`, and with this process.
  FanOut::Made Run(std::vector<std::shared_ptr<FakeWorker>> peers) {
    return Await(RunThem(std::move(peers)));
  }
  awaitable<FanOut::Made> RunThem(std::vector<std::shared_ptr<FakeWorker>> peers) {
    FanOut fan_out(co_await asio::this_coro::executor, Orders(), cancellation_, patience_);
    for (const auto& peer : peers) fan_out.Add({"peer", peer});
    fan_out.AddSelf(self_);
    FanOut::Made made;
    std::exception_ptr thrown;
    try {
      made = co_await fan_out.Finish();
    } catch (...) {
      thrown = std::current_exception();
    }
    co_await fan_out.Abandon();
    if (thrown) std::rethrow_exception(thrown);
    co_return made;
  }

  static void ExpectAll(const FanOut::Made& made) {
    ASSERT_EQ(made.plans.size(), static_cast<std::size_t>(kChunks));
    for (std::size_t i = 0; i < made.plans.size(); ++i) {
      EXPECT_EQ(made.plans[i].chunk->index, static_cast<int>(i));
      CheckChunk(made.plans[i], made.chunks[i]);
    }
    JoinChunks(made.plans, made.chunks, (kChunks * 12 - 6) * 25);
  }
  static std::set<int> Chunks(const FakeWorker& worker) {
    std::set<int> chunks;
    for (const auto& [chunk, turn] : worker.asked) chunks.insert(chunk);
    return chunks;
  }

  Cancellation cancellation_;
  Patience patience_{.first_pause = 1ms, .longest_pause = 4ms, .failures = 4};
  std::shared_ptr<FakeWorker> self_ = std::make_shared<FakeWorker>();
  std::function<int()> peer_asked_;
};

TEST_F(FanOutTest, NeedsNobodyElse) {
  ExpectAll(Run({}));
  EXPECT_THAT(self_->asked, SizeIs(kChunks));
}

TEST_F(FanOutTest, GivesEachChunkToOneOfThem) {
  // Each waits until the other has one too.
  int began = 0;
  std::vector<runtime::Promise<runtime::Nothing>> both;
  const auto meet = [&](ChunkOrder order, Cancellation&) -> awaitable<EncodedChunk> {
    if (++began <= 2) {
      const runtime::Promise<runtime::Nothing> met = both.emplace_back();
      if (began == 2) {
        for (const auto& one : both) one.Set({});
      }
      co_await met.Wait();
    }
    co_return MadeOf(order.plan);
  };
  self_ = std::make_shared<FakeWorker>(meet);
  const auto peer = std::make_shared<FakeWorker>(meet);
  ExpectAll(Run({peer}));
  EXPECT_THAT(self_->asked, Not(IsEmpty()));
  EXPECT_THAT(peer->asked, Not(IsEmpty()));
  EXPECT_EQ(self_->asked.size() + peer->asked.size(), static_cast<std::size_t>(kChunks));
}

// As gRPC does it: the answer comes from a thread of its own.
TEST_F(FanOutTest, TakesAnswersFromOtherThreads) {
  runtime::BlockingPool pool("peers", 3, 100);
  const auto elsewhere = [&pool](ChunkOrder order, Cancellation&) -> awaitable<EncodedChunk> {
    co_return co_await pool.Run([plan = order.plan] { return MadeOf(plan); });
  };
  self_ = std::make_shared<FakeWorker>(elsewhere);
  ExpectAll(Run({std::make_shared<FakeWorker>(elsewhere), std::make_shared<FakeWorker>(elsewhere)}));
}

TEST_F(FanOutTest, GivesAChunkThatWasNotMadeToAnother) {
  for (const ErrorKind kind : {ErrorKind::kUnavailable, ErrorKind::kDeadlineExceeded, ErrorKind::kInternal}) {
    self_ = std::make_shared<FakeWorker>();
    const auto broken = std::make_shared<FakeWorker>(Throws(kind));
    const FanOut::Made made = Run({broken});
    ExpectAll(made);
    ASSERT_THAT(broken->asked, Not(IsEmpty()));
    const auto [chunk, turn] = broken->asked.front();
    EXPECT_EQ(turn, 1);
    EXPECT_GT(made.plans[static_cast<std::size_t>(chunk)].chunk->turn, 1);
    EXPECT_EQ(Chunks(*self_).size(), static_cast<std::size_t>(kChunks));
  }
}

TEST_F(FanOutTest, AsksAPeerThatFailsAgainAndAgainNoMore) {
  self_ = std::make_shared<FakeWorker>([this](ChunkOrder order, Cancellation&) -> awaitable<EncodedChunk> {
    // Until the peer has had its chances.
    while (peer_asked_() < patience_.failures) co_await runtime::Sleep(1ms);
    co_return MadeOf(order.plan);
  });
  const auto broken = std::make_shared<FakeWorker>(Throws(ErrorKind::kUnavailable));
  peer_asked_ = [&broken] { return static_cast<int>(broken->asked.size()); };
  ExpectAll(Run({broken}));
  EXPECT_THAT(broken->asked, SizeIs(patience_.failures));
}

TEST_F(FanOutTest, DoesNotAskForAChunkAgainWhereItCannotBeMade) {
  const auto unable =
      std::make_shared<FakeWorker>([](ChunkOrder order, Cancellation&) -> awaitable<EncodedChunk> {
        if (order.plan.chunk->index == 0) throw Failure(FailureCode::kDamaged);
        co_return MadeOf(order.plan);
      });
  // This process has no time for the first chunk until the peer has made all others.
  self_ = std::make_shared<FakeWorker>([this](ChunkOrder order, Cancellation&) -> awaitable<EncodedChunk> {
    while (peer_asked_() < kChunks - 1) co_await runtime::Sleep(1ms);
    co_return MadeOf(order.plan);
  });
  peer_asked_ = [&unable] { return static_cast<int>(Chunks(*unable).size()); };
  const FanOut::Made made = Run({unable});
  ExpectAll(made);
  EXPECT_EQ(std::ranges::count(unable->asked, 0, &std::pair<int, int>::first), 1);
}

TEST_F(FanOutTest, WaitsForRoomWithoutATurn) {
  int refusals = 5;  // more than failures would be forgiven
  const auto busy =
      std::make_shared<FakeWorker>([&](ChunkOrder order, Cancellation&) -> awaitable<EncodedChunk> {
        if (refusals-- > 0) throw Error(ErrorKind::kResourceExhausted, "busy", "");
        co_return MadeOf(order.plan);
      });
  self_ = std::make_shared<FakeWorker>([&](ChunkOrder order, Cancellation&) -> awaitable<EncodedChunk> {
    while (refusals >= 0) co_await runtime::Sleep(1ms);
    co_return MadeOf(order.plan);
  });
  const FanOut::Made made = Run({busy});
  ExpectAll(made);
  EXPECT_THAT(busy->asked, Each(::testing::Pair(::testing::_, 1)));
  EXPECT_GT(busy->asked.size(), 5U);
}

TEST_F(FanOutTest, RefusesWhatDoesNotFit) {
  for (const bool unlike : {false, true}) {
    // This process makes the first chunk, the peer then answers something else.
    const auto other =
        std::make_shared<FakeWorker>([&](ChunkOrder order, Cancellation&) -> awaitable<EncodedChunk> {
          while (self_->asked.size() < 2) co_await runtime::Sleep(1ms);
          EncodedChunk made = MadeOf(order.plan, unlike ? "another init" : "init");
          if (!unlike) made.front().playlist.segments.pop_back();
          co_return made;
        });
    self_ = std::make_shared<FakeWorker>([&](ChunkOrder order, Cancellation&) -> awaitable<EncodedChunk> {
      const bool later = self_->asked.size() > 1;
      while (later && other->asked.empty()) co_await runtime::Sleep(1ms);
      co_return MadeOf(order.plan);
    });
    ExpectAll(Run({other}));
    EXPECT_EQ(Chunks(*self_).size(), static_cast<std::size_t>(kChunks));
  }
}

TEST_F(FanOutTest, EndsWhereThisProcessCannotMakeAChunk) {
  self_ = std::make_shared<FakeWorker>(Throws(ErrorKind::kInternal));
  try {
    Run({std::make_shared<FakeWorker>(Hang)});
    FAIL() << "was made";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInternal);
  }
}

TEST_F(FanOutTest, EndsAllCallsWhenTheJobIsCancelled) {
  self_ =
      std::make_shared<FakeWorker>([this](ChunkOrder order, Cancellation& own) -> awaitable<EncodedChunk> {
        cancellation_.Request();
        co_return co_await Hang(std::move(order), own);
      });
  const auto peer = std::make_shared<FakeWorker>(Hang);
  try {
    Run({peer});
    FAIL() << "was made";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kCancelled);
  }
  EXPECT_THAT(peer->asked, SizeIs(1));
}

TEST_F(FanOutTest, EndsAllCallsWhenItIsAbandoned) {
  const auto peer = std::make_shared<FakeWorker>(Hang);
  Await([&]() -> awaitable<void> {
    FanOut fan_out(co_await asio::this_coro::executor, Orders(), cancellation_, patience_);
    fan_out.Add({"peer", peer});
    while (peer->asked.empty()) co_await runtime::Sleep(1ms);
    co_await fan_out.Abandon();
  }());
  EXPECT_THAT(peer->asked, SizeIs(1));
}

TEST_F(FanOutTest, HasThoseTakePartWhoComeLater) {
  patience_.until_next_call = 1ms;
  const auto late = std::make_shared<FakeWorker>();
  FakePeers peers({});
  peers.on_find = [&](std::vector<Peer>& found) {
    if (++peers.asked == 3) found = {{"late", late}};
  };
  Await([&]() -> awaitable<void> {
    FanOut fan_out(co_await asio::this_coro::executor, Orders(), cancellation_, patience_);
    fan_out.CallPeers(peers);
    fan_out.AddSelf(
        std::make_shared<FakeWorker>([&late](ChunkOrder order, Cancellation&) -> awaitable<EncodedChunk> {
          while (late->asked.empty()) co_await runtime::Sleep(1ms);
          co_return MadeOf(order.plan);
        }));
    ExpectAll(co_await fan_out.Finish());
    co_await fan_out.Abandon();
  }());
  EXPECT_THAT(late->asked, Not(IsEmpty()));
  EXPECT_GE(peers.asked, 3);
}

TEST_F(FanOutTest, LetsPeersBeginBeforeThisProcessDoes) {
  const auto peer = std::make_shared<FakeWorker>();
  FakePeers peers({{"peer", peer}});
  Await([&]() -> awaitable<void> {
    FanOut fan_out(co_await asio::this_coro::executor, Orders(), cancellation_, patience_);
    fan_out.CallPeers(peers);
    fan_out.CallPeers(peers);  // has no effect
    while (fan_out.made() < 66s) co_await runtime::Sleep(1ms);
    fan_out.AddSelf(self_);
    const FanOut::Made made = co_await fan_out.Finish();
    ExpectAll(made);
    co_await fan_out.Abandon();
  }());
  EXPECT_THAT(peer->asked, SizeIs(kChunks));
  EXPECT_THAT(self_->asked, IsEmpty());
}

}  // namespace
}  // namespace descant::conversion::app
