#include "services/conversion/grpc/chunk_proto.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "platform/base/error.h"
#include "platform/base/uuid.h"
#include "platform/storage/storage.h"
#include "services/conversion/domain/init_segment.h"

namespace descant::conversion::grpc_api {

namespace {

constexpr const char* kInitFile = "init.mp4";

void Require(bool holds, const std::string& what) {
  if (!holds) throw Error(ErrorKind::kInvalidArgument, "invalid_request", what + " is not acceptable.");
}

// A number within its bounds.
int Number(std::int64_t value, std::int64_t least, std::int64_t most, const char* what) {
  Require(value >= least && value <= most, what);
  return static_cast<int>(value);
}

// What encoders and filters have as names and parameters, which cannot begin anything else.
std::string Words(const std::string& text, const char* what) {
  constexpr std::size_t kLongest = 500;
  constexpr std::string_view kMarks = "_-.=:,+";
  const bool plain = std::ranges::all_of(
      text, [&](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || kMarks.contains(c); });
  Require(plain && text.size() <= kLongest, what);
  return text;
}

std::string Word(const std::string& text, const char* what) {
  Require(!text.empty() && !text.contains(':') && !text.contains(',') && !text.contains('='), what);
  return Words(text, what);
}

void ToProto(const Color& color, pb::Color& message) {
  message.set_primaries(color.primaries);
  message.set_transfer(color.transfer);
  message.set_matrix(color.matrix);
}

Color ColorFrom(const pb::Color& message) {
  return {.primaries = Word(message.primaries(), "color.primaries"),
          .transfer = Word(message.transfer(), "color.transfer"),
          .matrix = Word(message.matrix(), "color.matrix")};
}

void ToProto(const MasteringDisplay& display, pb::MasteringDisplay& message) {
  for (const auto& point : {display.red, display.green, display.blue, display.white}) {
    message.add_chromaticities(point.x);
    message.add_chromaticities(point.y);
  }
  message.set_max_luminance(display.max_luminance);
  message.set_min_luminance(display.min_luminance);
}

MasteringDisplay DisplayFrom(const pb::MasteringDisplay& message) {
  Require(message.chromaticities_size() == 8, "mastering_display");
  const auto point = [&message](int index) -> MasteringDisplay::Point {
    return {.x = message.chromaticities(index), .y = message.chromaticities(index + 1)};
  };
  return {.red = point(0),
          .green = point(2),
          .blue = point(4),
          .white = point(6),
          .max_luminance = message.max_luminance(),
          .min_luminance = message.min_luminance()};
}

void ToProto(const VideoFormat& format, pb::PictureFormat& message) {
  message.set_stream(static_cast<std::uint32_t>(format.stream));
  message.set_frame_rate_num(format.frame_rate.num);
  message.set_frame_rate_den(format.frame_rate.den);
  ToProto(format.color, *message.mutable_color());
  if (format.mastering_display) ToProto(*format.mastering_display, *message.mutable_mastering_display());
  if (format.content_light) {
    message.mutable_content_light()->set_max(format.content_light->max);
    message.mutable_content_light()->set_max_average(format.content_light->max_average);
  }
}

VideoFormat FormatFrom(const pb::PictureFormat& message) {
  VideoFormat format{.stream = Number(message.stream(), 0, 10'000, "stream"),
                     .frame_rate = {.num = Number(message.frame_rate_num(), 1, 1'000'000, "frame_rate_num"),
                                    .den = Number(message.frame_rate_den(), 1, 1'000'000, "frame_rate_den")},
                     .color = ColorFrom(message.color())};
  if (message.has_mastering_display()) format.mastering_display = DisplayFrom(message.mastering_display());
  if (message.has_content_light()) {
    format.content_light = ContentLight{.max = message.content_light().max(),
                                        .max_average = message.content_light().max_average()};
  }
  return format;
}

void ToProto(const VideoRendition& rendition, pb::PictureRendition& message) {
  message.set_name(rendition.name);
  message.set_codec(rendition.codec == VideoCodec::kHevc ? pb::PICTURE_CODEC_HEVC : pb::PICTURE_CODEC_AVC);
  message.set_width(static_cast<std::uint32_t>(rendition.size.width));
  message.set_height(static_cast<std::uint32_t>(rendition.size.height));
  message.set_preset(rendition.preset);
  message.set_params(rendition.params);
  message.set_crf(static_cast<std::uint32_t>(rendition.crf));
  message.set_max_bit_rate(static_cast<std::uint32_t>(rendition.max_bit_rate));
  ToProto(rendition.color.tags, *message.mutable_color());
  message.set_bit_depth(static_cast<std::uint32_t>(rendition.color.bit_depth));
  message.set_tone_map(rendition.color.tone_map);
}

VideoRendition RenditionFrom(const pb::PictureRendition& message) {
  constexpr int kLargestSide = 16'384;
  Require(message.codec() == pb::PICTURE_CODEC_HEVC || message.codec() == pb::PICTURE_CODEC_AVC, "codec");
  return {.name = Word(message.name(), "name"),
          .codec = message.codec() == pb::PICTURE_CODEC_HEVC ? VideoCodec::kHevc : VideoCodec::kAvc,
          .size = {.width = Number(message.width(), 16, kLargestSide, "width"),
                   .height = Number(message.height(), 16, kLargestSide, "height")},
          .preset = Word(message.preset(), "preset"),
          .params = Words(message.params(), "params"),
          .crf = Number(message.crf(), 0, 63, "crf"),
          .max_bit_rate = Number(message.max_bit_rate(), 1, 1'000'000'000, "max_bit_rate"),
          .color = {.tags = ColorFrom(message.color()),
                    .bit_depth = Number(message.bit_depth(), 8, 10, "bit_depth"),
                    .tone_map = message.tone_map()}};
}

Chunk ChunkFrom(const pb::ConvertChunkRequest& request, Rational rate) {
  constexpr int kLongest = 7 * 24 * 3600;  // seconds
  const std::chrono::seconds segment(Number(request.segment_seconds(), 1, 60, "segment_seconds"));
  const std::chrono::seconds begin(Number(request.begin_seconds(), 0, kLongest, "begin_seconds"));
  Require(begin % segment == std::chrono::seconds(0), "begin_seconds");
  return {.index = Number(request.index(), 0, kLongest, "index"),
          .begin = begin,
          .first_segment = static_cast<int>(begin / segment),
          .first_frame = FirstFrameAt(begin, rate),
          .frames = Number(static_cast<std::int64_t>(request.frames()), 0, 1'000'000'000, "frames"),
          .turn = Number(request.turn(), 1, 10'000, "turn")};
}

}  // namespace

pb::ConvertChunkRequest ToProto(const app::ChunkOrder& order) {
  pb::ConvertChunkRequest request;
  request.set_job_id(order.job_id);
  request.set_source_key(order.source_key);
  request.set_prefix(order.prefix);
  const Chunk& chunk = *order.plan.chunk;
  request.set_index(static_cast<std::uint32_t>(chunk.index));
  request.set_begin_seconds(static_cast<std::uint32_t>(chunk.begin.count()));
  request.set_frames(static_cast<std::uint64_t>(chunk.frames));
  request.set_turn(static_cast<std::uint32_t>(chunk.turn));
  request.set_duration_ms(order.plan.duration.count());
  request.set_segment_seconds(static_cast<std::uint32_t>(order.plan.segment.count()));
  request.set_key_frame_seconds(static_cast<std::uint32_t>(order.plan.key_frame_interval.count()));
  ToProto(*order.plan.video_format, *request.mutable_format());
  for (const VideoRendition& rendition : order.plan.video) ToProto(rendition, *request.add_renditions());
  return request;
}

app::ChunkOrder OrderFrom(const pb::ConvertChunkRequest& request) {
  constexpr int kMostRenditions = 32;
  Require(Uuid::Parse(request.job_id()).has_value(), "job_id");
  Require(storage::IsValidKey(request.source_key()), "source_key");
  Require(storage::IsValidKey(request.prefix() + "/x"), "prefix");
  Require(request.renditions_size() >= 1 && request.renditions_size() <= kMostRenditions, "renditions");
  const VideoFormat format = FormatFrom(request.format());
  const Chunk chunk = ChunkFrom(request, format.frame_rate);
  const std::chrono::seconds segment(request.segment_seconds());
  const std::chrono::seconds key_frames(Number(request.key_frame_seconds(), 1, 60, "key_frame_seconds"));
  Require(segment % key_frames == std::chrono::seconds(0), "key_frame_seconds");
  Require(request.duration_ms() >= 0, "duration_ms");
  app::ChunkOrder order{.job_id = request.job_id(),
                        .source_key = request.source_key(),
                        .prefix = request.prefix(),
                        .plan = {.kind = MediaKind::kVideo,
                                 .duration = std::chrono::milliseconds(request.duration_ms()),
                                 .segment = segment,
                                 .cut = segment,
                                 .key_frame_interval = key_frames,
                                 .video_format = format,
                                 .chunk = chunk}};
  for (const pb::PictureRendition& rendition : request.renditions())
    order.plan.video.push_back(RenditionFrom(rendition));
  return order;
}

pb::ConvertChunkResponse ToProto(const EncodedChunk& made) {
  pb::ConvertChunkResponse response;
  for (const EncodedRendition& rendition : made) {
    pb::ChunkRendition& message = *response.add_renditions();
    message.set_name(rendition.name);
    message.set_init(rendition.init_bytes);
    for (const Segment& segment : rendition.playlist.segments) {
      pb::ChunkSegment& part = *message.add_segments();
      part.set_file(segment.file);
      part.set_duration_seconds(segment.duration);
      part.set_bytes(segment.bytes);
      part.set_first_picture_offset(segment.first_picture.offset);
      part.set_first_picture_length(segment.first_picture.length);
    }
  }
  return response;
}

EncodedChunk ChunkFrom(const pb::ConvertChunkResponse& response, const Plan& plan) {
  EncodedChunk made;
  for (const pb::ChunkRendition& message : response.renditions()) {
    const std::string& init = message.init();
    EncodedRendition rendition{
        .name = message.name(),
        .init = ReadInitSegment({reinterpret_cast<const std::uint8_t*>(init.data()), init.size()}),
        .playlist = {.init_file = kInitFile, .ended = true, .target = static_cast<int>(plan.segment.count())},
        .init_bytes = init};
    for (const pb::ChunkSegment& part : message.segments()) {
      rendition.playlist.segments.push_back(
          {.file = part.file(),
           .duration = part.duration_seconds(),
           .bytes = part.bytes(),
           .first_picture = {.offset = part.first_picture_offset(), .length = part.first_picture_length()}});
    }
    made.push_back(std::move(rendition));
  }
  return made;
}

}  // namespace descant::conversion::grpc_api
