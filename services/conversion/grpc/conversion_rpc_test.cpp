#include "services/conversion/grpc/conversion_rpc.h"

#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "descant/conversion/v1/conversion.grpc.pb.h"
#include "platform/rpc/client.h"
#include "platform/runtime/promise.h"
#include "services/conversion/app/chunk_conversion.h"
#include "services/conversion/domain/failure.h"
#include "services/conversion/grpc/chunk_proto.h"
#include "services/conversion/grpc/peers.h"
#include "services/conversion/testing/await.h"
#include "services/conversion/testing/chunks.h"
#include "services/conversion/testing/fake_transcoder.h"
#include "services/conversion/testing/memory_storage.h"

namespace descant::conversion::grpc_api {
namespace {

namespace pb = ::descant::conversion::v1;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kJob = "01931c6e-7d7b-7c40-8a9c-3f2f5a1f0c11";

// The service on a socket of its own, with one slot, on a thread of its own.
class ConversionRpcTest : public ::testing::Test {
 protected:
  ConversionRpcTest()
      : listen_("unix:" + (folder_.path() / "socket").string()),
        runtime_(1),
        conversion_(storage_, transcoder_, scratch_, {.audio = {.bit_rates = {128'000, 256'000}}}, {}),
        server_(runtime_, {.listen = listen_, .internal_secret = std::string(32, 's')}),
        channel_({.target = listen_, .internal_secret = std::string(32, 's')}),
        stub_(channel_.Stub<pb::ConversionService>()) {
    storage_.objects["uploads/c/x"] = {"bytes", {}};
    ServeConversion(server_, {{&conversion_, &chunks_}}, slots_);
    server_.Start();
    runtime_.OnShutdown("rpc", [this] { return server_.Drain(); });
    thread_ = std::jthread([this] { runtime_.Run(10s); });
  }
  ~ConversionRpcTest() override { runtime_.Stop(); }

  static pb::ConvertRequest Request() {
    pb::ConvertRequest request;
    request.set_job_id(kJob);
    request.set_source_key("uploads/c/x");
    request.set_target_prefix("media/c/j");
    request.set_attempt(1);
    request.set_kind(pb::MEDIA_KIND_AUDIO);
    return request;
  }

  struct Call {
    std::vector<pb::ConvertEvent> events;
    std::optional<ErrorKind> error;
    // What the stream told, progress once.
    std::vector<int> Cases() const {
      std::vector<int> cases;
      for (const pb::ConvertEvent& event : events) {
        const int one = event.event_case();
        if (one != pb::ConvertEvent::kProgress || cases.back() != one) cases.push_back(one);
      }
      return cases;
    }
  };

  awaitable<Call> Converse(pb::ConvertRequest request, std::shared_ptr<grpc::ClientContext> context) {
    Call call;
    auto kept = std::make_shared<pb::ConvertRequest>(std::move(request));
    rpc::ReadStream<pb::ConvertEvent> stream(context, kept, [this, context, kept](auto* reactor) {
      stub_->async()->Convert(context.get(), kept.get(), reactor);
    });
    try {
      pb::ConvertEvent event;
      while (co_await stream.Read(event)) call.events.push_back(event);
    } catch (const Error& error) {
      call.error = error.kind();
    }
    co_return call;
  }
  Call Convert(pb::ConvertRequest request) {
    asio::io_context loop;
    Call call;
    asio::co_spawn(loop, Converse(std::move(request), channel_.Begin({}, 20s)),
                   [&call](std::exception_ptr, Call result) { call = std::move(result); });
    loop.run();
    return call;
  }
  // The slot comes back a moment after the call that held it has ended.
  void ExpectAFreeSlot() {
    Call next = Convert(Request());
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (next.error == ErrorKind::kResourceExhausted && std::chrono::steady_clock::now() < deadline) {
      next = Convert(Request());
    }
    EXPECT_FALSE(next.error);
  }

  // Lets the first job that gets to encoding wait until it is cancelled. Answers what tells that it waits.
  std::future<void> HoldOneJob() {
    auto begun = std::make_shared<std::promise<void>>();
    auto held = std::make_shared<bool>(false);
    transcoder_.during_encode = [begun, held](Cancellation& cancellation) -> awaitable<void> {
      if (std::exchange(*held, true)) co_return;
      const runtime::Promise<runtime::Nothing> cancelled;
      const Cancellation::Listener listener(cancellation, [cancelled] { cancelled.Set({}); });
      begun->set_value();
      co_await cancelled.Wait();
      cancellation.Check();
    };
    return begun->get_future();
  }

  testing::TemporaryFolder folder_;
  std::string listen_;
  testing::MemoryStorage storage_;
  testing::FakeTranscoder transcoder_;
  testing::FakeScratch scratch_;
  app::JobSlots slots_{1};
  app::JobSlots::Slot beside_ = slots_.Take(MediaKind::kAudio);  // so that songs are like all other jobs
  runtime::Runtime runtime_;
  app::Conversion conversion_;
  app::SourceShelf shelf_{scratch_, 1, 60s};
  app::ChunkConversion chunks_{storage_, transcoder_, scratch_, shelf_, {}};
  rpc::Server server_;
  rpc::Channel channel_;
  std::unique_ptr<pb::ConversionService::Stub> stub_;
  std::jthread thread_;
};

TEST_F(ConversionRpcTest, StreamsTheWholeStory) {
  const Call call = Convert(Request());
  EXPECT_FALSE(call.error);
  EXPECT_THAT(call.Cases(),
              ElementsAre(pb::ConvertEvent::kAccepted, pb::ConvertEvent::kProbed, pb::ConvertEvent::kProgress,
                          pb::ConvertEvent::kPlayable, pb::ConvertEvent::kPlayable,
                          pb::ConvertEvent::kProgress, pb::ConvertEvent::kDone));
  EXPECT_EQ(call.events[1].probed().container(), "wav");
  EXPECT_EQ(call.events[1].probed().duration_ms(), 9000);
  EXPECT_EQ(call.events[1].probed().audio_codec(), "pcm_s16le");
  const pb::Done& done = call.events.back().done();
  EXPECT_EQ(done.master_key(), "media/c/j/1/master.m3u8");
  EXPECT_EQ(done.media().kind(), pb::MEDIA_KIND_AUDIO);
  EXPECT_EQ(done.media().duration_ms(), 9000);
  EXPECT_EQ(done.media().renditions_size(), 2);
  EXPECT_EQ(done.media().renditions(0).codec(), "mp4a.40.2");
  EXPECT_DOUBLE_EQ(done.media().loudness_lufs(), -16.5);
  EXPECT_DOUBLE_EQ(done.media().loudness_range_lu(), 4.2);
  EXPECT_DOUBLE_EQ(done.media().true_peak_dbtp(), -0.3);
  EXPECT_EQ(done.media().waveform_key(), "media/c/j/1/waveform.json");
  EXPECT_EQ(done.media().gapless().delay(), 1024U);
  EXPECT_FALSE(done.media().has_tags());
  EXPECT_FALSE(done.media().has_cover());

  const Call again = Convert(Request());
  EXPECT_THAT(again.Cases(), ElementsAre(pb::ConvertEvent::kAccepted, pb::ConvertEvent::kDone));
  EXPECT_EQ(again.events.back().done().master_key(), done.master_key());
}

TEST_F(ConversionRpcTest, EndsWithATypedFailure) {
  transcoder_.on_probe = [] { throw Failure(FailureCode::kDamaged); };
  const Call call = Convert(Request());
  EXPECT_FALSE(call.error);
  EXPECT_THAT(call.Cases(), ElementsAre(pb::ConvertEvent::kAccepted, pb::ConvertEvent::kFailed));
  EXPECT_EQ(call.events.back().failed().code(), pb::Failed::CODE_DAMAGED);
  EXPECT_NE(call.events.back().failed().detail(), "");
}

TEST_F(ConversionRpcTest, ADefectIsAFailureThatTellsNothing) {
  transcoder_.on_encode = [] { throw std::logic_error("secret path"); };
  const Call call = Convert(Request());
  EXPECT_EQ(call.events.back().failed().code(), pb::Failed::CODE_INTERNAL);
  EXPECT_EQ(call.events.back().failed().detail().find("secret"), std::string::npos);
}

TEST_F(ConversionRpcTest, StorageDownLeavesTheJobToAnotherTry) {
  storage_.before = [](const std::string&, const std::string&) {
    throw Error(ErrorKind::kUnavailable, "storage_unavailable", "down");
  };
  EXPECT_EQ(Convert(Request()).error, ErrorKind::kUnavailable);
}

TEST_F(ConversionRpcTest, RefusesMalformedRequests) {
  const auto change = [](auto set) {
    pb::ConvertRequest request = Request();
    set(request);
    return request;
  };
  for (const pb::ConvertRequest& request :
       {change([](auto& r) { r.set_job_id("7"); }),
        change([](auto& r) { r.set_source_key("../etc/passwd"); }),
        change([](auto& r) { r.set_target_prefix("media/c/j/"); }),
        change([](auto& r) { r.set_target_prefix(""); }), change([](auto& r) { r.set_attempt(0); }),
        change([](auto& r) { r.set_kind(pb::MEDIA_KIND_UNSPECIFIED); })}) {
    const Call call = Convert(request);
    EXPECT_EQ(call.error, ErrorKind::kInvalidArgument) << request.ShortDebugString();
    EXPECT_THAT(call.events, IsEmpty());
  }
}

TEST_F(ConversionRpcTest, RunsNoMoreJobsThanItHasSlotsAndEndsThemWhenItStops) {
  std::future<void> begun = HoldOneJob();
  Call held;
  std::jthread caller([this, &held] { held = Convert(Request()); });
  begun.wait();
  EXPECT_EQ(Convert(Request()).error, ErrorKind::kResourceExhausted);
  runtime_.Stop();
  caller.join();
  EXPECT_EQ(held.error, ErrorKind::kUnavailable);
  EXPECT_TRUE(scratch_.empty());
}

TEST_F(ConversionRpcTest, CancellingTheCallEndsTheJobAndFreesItsSlot) {
  std::future<void> begun = HoldOneJob();
  asio::io_context loop;
  Call held;
  auto context = channel_.Begin({}, 20s);
  asio::co_spawn(loop, Converse(Request(), context),
                 [&held](std::exception_ptr, Call call) { held = std::move(call); });
  std::jthread caller([&loop] { loop.run(); });
  begun.wait();
  context->TryCancel();
  caller.join();
  EXPECT_EQ(held.error, ErrorKind::kCancelled);
  ExpectAFreeSlot();
}

// A chunk of a video that a job elsewhere is about.
class ConvertChunkTest : public ConversionRpcTest {
 protected:
  static pb::ConvertChunkRequest ChunkRequest() {
    app::ChunkOrder order{.job_id = kJob,
                          .source_key = "uploads/c/x",
                          .prefix = "media/c/j/1",
                          .plan = testing::ChunkPlans(4)[1]};
    order.plan.video_format->color = {"bt709", "bt709", "bt709"};
    for (VideoRendition& rendition : order.plan.video) {
      rendition.preset = "superfast";
      rendition.max_bit_rate = 1'000'000;
      rendition.color.tags = order.plan.video_format->color;
    }
    return ToProto(order);
  }
  struct Answer {
    pb::ConvertChunkResponse response;
    std::optional<ErrorKind> error;
  };
  Answer ConvertChunk(pb::ConvertChunkRequest request,
                      std::shared_ptr<grpc::ClientContext> context = nullptr) {
    if (!context) context = once_.Begin({}, 20s);
    const auto stub = once_.Stub<pb::ConversionService>();
    asio::io_context loop;
    Answer answer;
    asio::co_spawn(
        loop,
        [&]() -> awaitable<void> {
          answer.response = co_await once_.Unary(*stub, &pb::ConversionService::Stub::async::ConvertChunk,
                                                 request, context);
        },
        [&answer](const std::exception_ptr& thrown) {
          try {
            if (thrown) std::rethrow_exception(thrown);
          } catch (const Error& error) {
            answer.error = error.kind();
          }
        });
    loop.run();
    return answer;
  }

  rpc::Channel once_{{.target = listen_, .internal_secret = std::string(32, 's'), .tries = 1}};
};

TEST_F(ConvertChunkTest, AnswersWhatItMade) {
  const Answer answer = ConvertChunk(ChunkRequest());
  EXPECT_FALSE(answer.error);
  ASSERT_EQ(answer.response.renditions_size(), 2);
  EXPECT_EQ(answer.response.renditions(0).name(), "hevc-720");
  EXPECT_EQ(answer.response.renditions(0).init(), "init of hevc-720");
  ASSERT_EQ(answer.response.renditions(0).segments_size(), 2);
  EXPECT_EQ(answer.response.renditions(0).segments(1).file(), "00003.m4s");
  EXPECT_TRUE(storage_.objects.contains("media/c/j/1/hevc-720/00003.m4s"));
}

TEST_F(ConvertChunkTest, TellsWhatAnotherWorkerCanDoAbout) {
  pb::ConvertChunkRequest request = ChunkRequest();
  request.set_source_key("uploads/gone");
  EXPECT_EQ(ConvertChunk(request).error, ErrorKind::kNotFound);
  request = ChunkRequest();
  request.mutable_renditions(0)->set_preset("; rm");
  EXPECT_EQ(ConvertChunk(request).error, ErrorKind::kInvalidArgument);
  transcoder_.on_encode = [] { throw Failure(FailureCode::kDamaged); };
  EXPECT_EQ(ConvertChunk(ChunkRequest()).error, ErrorKind::kInvalidArgument);
  transcoder_.on_encode = [] { throw Failure(FailureCode::kScratchFull); };
  EXPECT_EQ(ConvertChunk(ChunkRequest()).error, ErrorKind::kUnavailable);
}

TEST_F(ConvertChunkTest, IsRefusedWhereAJobRuns) {
  std::future<void> begun = HoldOneJob();
  std::jthread caller([this] { Convert(Request()); });
  begun.wait();
  EXPECT_EQ(ConvertChunk(ChunkRequest()).error, ErrorKind::kResourceExhausted);
  runtime_.Stop();
}

TEST_F(ConvertChunkTest, GivesWayToAJob) {
  std::future<void> begun = HoldOneJob();
  Answer held;
  std::jthread caller([this, &held] { held = ConvertChunk(ChunkRequest()); });
  begun.wait();
  EXPECT_EQ(Convert(Request()).error, ErrorKind::kResourceExhausted);
  caller.join();
  EXPECT_EQ(held.error, ErrorKind::kUnavailable);
  EXPECT_EQ(ConvertChunk(ChunkRequest()).error, ErrorKind::kResourceExhausted) << "before the job";
  EXPECT_FALSE(Convert(Request()).error);
  EXPECT_FALSE(ConvertChunk(ChunkRequest()).error);
}

TEST_F(ConvertChunkTest, EndsWithItsCall) {
  std::future<void> begun = HoldOneJob();
  const auto context = once_.Begin({}, 20s);
  Answer held;
  std::jthread caller([&] { held = ConvertChunk(ChunkRequest(), context); });
  begun.wait();
  context->TryCancel();
  caller.join();
  EXPECT_EQ(held.error, ErrorKind::kCancelled);
  ExpectAFreeSlot();
}

TEST_F(ConvertChunkTest, IsOfferedByThoseThatServe) {
  GrpcPeers peers(ParseTargets(listen_ + ",unix:" + (folder_.path() / "nobody").string()),
                  std::string(32, 's'));
  const std::vector<app::Peer> found = testing::Await(peers.Find());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, listen_);
  // Met again, on the same connection.
  EXPECT_EQ(testing::Await(peers.Find()).at(0).worker, found[0].worker);

  // What this fake makes has no init segment that could be read.
  Cancellation cancellation;
  EXPECT_THROW(testing::Await(found[0].worker->Make(OrderFrom(ChunkRequest()), cancellation)), Error);
  EXPECT_TRUE(storage_.objects.contains("media/c/j/1/hevc-720/00003.m4s"));

  GrpcPeers strangers(ParseTargets(listen_), std::string(32, 'x'));
  EXPECT_THAT(testing::Await(strangers.Find()), IsEmpty());
}

}  // namespace
}  // namespace descant::conversion::grpc_api
