#include <algorithm>
#include <string_view>

#include "services/conversion/adapters/ffmpeg/arguments_video.h"

namespace descant::conversion::ffmpeg {

namespace {

// States the colour of frames without touching their samples.
std::string Tagged(const Color& color) {
  return "setparams=color_primaries=" + color.primaries + ":color_trc=" + color.transfer +
         ":colorspace=" + color.matrix;
}

// The scaler has names of its own for what other filters and encoders call otherwise.
std::string_view ScalersMatrix(std::string_view matrix) {
  if (matrix == "bt470bg") return "bt470";
  if (matrix == "bt2020nc") return "bt2020";
  return matrix;
}

std::string Scaled(Size size, const Color& color) {
  return "scale=" + Text(size) +
         ":flags=bicubic:out_color_matrix=" + std::string(ScalersMatrix(color.matrix)) + ":out_range=tv";
}

std::string PixelFormat(const OutputColor& color) { return color.bit_depth > 8 ? "yuv420p10le" : "yuv420p"; }

std::string Finished(const VideoRendition& rendition) {
  return Scaled(rendition.size, rendition.color.tags) + ",setsar=1,format=" + PixelFormat(rendition.color) +
         "," + Tagged(rendition.color.tags);
}

// In linear light where 1 is diffuse white, which PQ and HLG show at 203 cd/m² (ITU-R BT.2408). What is
// darker than 30 % of it stays as it is; the rest, up to the brightest that the source states, is bent into
// the room that is left.
std::string ToneMapped(const VideoFormat& format, const Color& to) {
  constexpr int kWhite = 203;
  constexpr int kUsualPeak = 1000;
  int peak = kUsualPeak;
  if (format.mastering_display) peak = format.mastering_display->max_luminance / 10'000;
  if (format.content_light && format.content_light->max > 0) peak = format.content_light->max;
  const int percent = std::clamp(peak, kWhite, 10'000) * 100 / kWhite;
  return "format=yuv420p10le," + Tagged(format.color) + ",zscale=t=linear:npl=" + std::to_string(kWhite) +
         ",format=gbrpf32le,zscale=p=" + to.primaries +
         ",tonemap=tonemap=mobius:param=0.3:desat=0:peak=" + std::to_string(percent / 100) + "." +
         std::to_string(percent / 10 % 10) + ",zscale=t=" + to.transfer + ":m=" + to.matrix +
         ":r=tv,format=yuv420p";
}

std::string Split(std::size_t outputs, const char* kind) {
  return "split=" + std::to_string(outputs) + Pads(kind, outputs);
}

// Frames at the constant rate, counted from the source's beginning; of a chunk, those that are its own, from
// zero on. Since FFmpeg 7 `setpts` forgets the rate: it is said once more.
std::string Frames(const Plan& plan) {
  const std::string rate = "fps=" + Text(plan.video_format->frame_rate);
  if (!plan.chunk) return rate + ":start_time=0";
  const std::int64_t first = plan.chunk->first_frame;
  const std::string begin = first == 0 ? rate + ":start_time=0" : rate;
  std::string trim = ",trim=start_pts=" + std::to_string(first);
  if (plan.chunk->frames > 0) trim += ":end_pts=" + std::to_string(first + plan.chunk->frames);
  return begin + trim + ",setpts=PTS-" + std::to_string(first) + "," + rate;
}

int Pixels(const VideoRendition* rendition) { return rendition->size.width * rendition->size.height; }

}  // namespace

std::string VideoGraph(const Plan& plan) {
  const VideoFormat& format = *plan.video_format;
  const std::vector<VideoRendition>& renditions = plan.video;
  std::vector<const VideoRendition*> mapped;
  for (const VideoRendition& rendition : renditions) {
    if (rendition.color.tone_map) mapped.push_back(&rendition);
  }
  std::string graph = "[0:" + std::to_string(format.stream) + "]";
  if (format.deinterlace == Deinterlace::kFrames) graph += "bwdif=mode=send_frame:deint=interlaced,";
  if (format.deinterlace == Deinterlace::kFields) graph += "bwdif=mode=send_field:deint=interlaced,";
  graph += Frames(plan) + "," + Tagged(format.color) + ",";
  const std::size_t kept = renditions.size() - mapped.size();
  graph += Split(kept + (mapped.empty() ? 0 : 1), "s");
  if (!mapped.empty()) {
    // Mapping costs more than all scaling, so it is done once, at the largest of its sizes.
    const VideoRendition& largest = **std::ranges::max_element(mapped, {}, Pixels);
    graph += ";" + Pad("s", kept) + Scaled(largest.size, format.color) + "," +
             ToneMapped(format, largest.color.tags) + "," + Split(mapped.size(), "m");
  }
  std::size_t next_kept = 0;
  std::size_t next_mapped = 0;
  for (std::size_t i = 0; i < renditions.size(); ++i) {
    graph += ";" + (renditions[i].color.tone_map ? Pad("m", next_mapped++) : Pad("s", next_kept++)) +
             Finished(renditions[i]) + Pad("v", i);
  }
  return graph;
}

}  // namespace descant::conversion::ffmpeg
