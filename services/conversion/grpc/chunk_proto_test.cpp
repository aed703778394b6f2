#include "services/conversion/grpc/chunk_proto.h"

#include <functional>

#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "services/conversion/testing/chunks.h"

namespace descant::conversion::grpc_api {
namespace {

app::ChunkOrder Order() {
  app::ChunkOrder order{.job_id = "01931c6e-7d7b-7c40-8a9c-3f2f5a1f0c11",
                        .source_key = "uploads/c/x",
                        .prefix = "media/c/j/1",
                        .plan = testing::ChunkPlans(4)[1]};
  order.plan.chunk->turn = 3;
  VideoFormat& format = *order.plan.video_format;
  format.stream = 2;
  format.color = {"bt2020", "smpte2084", "bt2020nc"};
  format.mastering_display = MasteringDisplay{.red = {1, 2},
                                              .green = {3, 4},
                                              .blue = {5, 6},
                                              .white = {7, 8},
                                              .max_luminance = 10'000'000,
                                              .min_luminance = 50};
  format.content_light = ContentLight{1000, 400};
  for (VideoRendition& rendition : order.plan.video) {
    rendition.preset = "superfast";
    rendition.params = "aq-mode=2:ref=2";
    rendition.crf = 25;
    rendition.max_bit_rate = 2'600'000;
    rendition.color = {.tags = format.color, .bit_depth = 10, .tone_map = true};
  }
  return order;
}

TEST(ChunkProto, KeepsAllThatAnOrderSays) {
  const app::ChunkOrder order = Order();
  const app::ChunkOrder read = OrderFrom(ToProto(order));
  EXPECT_EQ(read.job_id, order.job_id);
  EXPECT_EQ(read.source_key, order.source_key);
  EXPECT_EQ(read.prefix, order.prefix);
  EXPECT_EQ(read.plan.kind, order.plan.kind);
  EXPECT_EQ(read.plan.duration, order.plan.duration);
  EXPECT_EQ(read.plan.segment, order.plan.segment);
  EXPECT_EQ(read.plan.cut, order.plan.cut);
  EXPECT_EQ(read.plan.key_frame_interval, order.plan.key_frame_interval);
  EXPECT_EQ(read.plan.chunk, order.plan.chunk);
  EXPECT_EQ(read.plan.video, order.plan.video);
  EXPECT_EQ(read.plan.video_format, order.plan.video_format);
}

TEST(ChunkProto, RefusesWhatIsNoOrder) {
  const auto refused = [](const std::function<void(pb::ConvertChunkRequest&)>& change) {
    pb::ConvertChunkRequest request = ToProto(Order());
    change(request);
    EXPECT_THROW(OrderFrom(request), Error) << request.ShortDebugString();
  };
  refused([](auto& r) { r.set_job_id("7"); });
  refused([](auto& r) { r.set_source_key("../x"); });
  refused([](auto& r) { r.set_prefix("media/../x"); });
  refused([](auto& r) { r.set_begin_seconds(25); });
  refused([](auto& r) { r.set_begin_seconds(4'000'000'000); });
  refused([](auto& r) { r.set_frames(1ULL << 62); });
  refused([](auto& r) { r.set_turn(0); });
  refused([](auto& r) { r.set_segment_seconds(0); });
  refused([](auto& r) { r.set_key_frame_seconds(0); });
  refused([](auto& r) { r.set_key_frame_seconds(4); });
  refused([](auto& r) { r.clear_renditions(); });
  refused([](auto& r) { r.mutable_format()->set_frame_rate_den(0); });
  refused([](auto& r) { r.mutable_format()->mutable_color()->set_matrix("bt709,movie=/etc/passwd"); });
  refused([](auto& r) { r.mutable_format()->mutable_mastering_display()->add_chromaticities(1); });
  refused([](auto& r) { r.mutable_renditions(0)->set_name("../x"); });
  refused([](auto& r) { r.mutable_renditions(0)->set_name(""); });
  refused([](auto& r) { r.mutable_renditions(0)->set_codec(pb::PICTURE_CODEC_UNSPECIFIED); });
  refused([](auto& r) { r.mutable_renditions(0)->set_width(1'000'000); });
  refused([](auto& r) { r.mutable_renditions(0)->set_preset("fast;"); });
  refused([](auto& r) { r.mutable_renditions(0)->set_params("csv=/tmp/x"); });
  refused([](auto& r) { r.mutable_renditions(0)->set_params(std::string(501, 'x')); });
  refused([](auto& r) { r.mutable_renditions(0)->set_crf(64); });
  refused([](auto& r) { r.mutable_renditions(0)->set_max_bit_rate(0); });
  refused([](auto& r) { r.mutable_renditions(0)->set_bit_depth(12); });
}

TEST(ChunkProto, RefusesAnAnswerThatCannotBeRead) {
  const Plan plan = Order().plan;
  EXPECT_THROW(ChunkFrom(ToProto(testing::MadeOf(plan)), plan), Error) << "its init segment is none";
  EXPECT_TRUE(ChunkFrom({}, plan).empty());
}

}  // namespace
}  // namespace descant::conversion::grpc_api
