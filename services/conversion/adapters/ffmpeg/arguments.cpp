#include "services/conversion/adapters/ffmpeg/arguments.h"

#include "services/conversion/adapters/ffmpeg/arguments_audio.h"
#include "services/conversion/adapters/ffmpeg/arguments_video.h"
#include "services/conversion/adapters/ffmpeg/tag_parser.h"
#include "services/conversion/domain/presentation.h"

namespace descant::conversion::ffmpeg {

namespace {

std::string Graph(const Plan& plan) {
  std::string graph;
  if (plan.video_format) graph = VideoGraph(plan);
  if (plan.video_format && plan.audio_format) graph += ";";
  if (plan.audio_format) graph += AudioGraph(plan);
  return graph;
}

// Each rendition is a variant of its own; the master playlist is ours to write.
std::string StreamMap(const Plan& plan) {
  std::string map;
  const auto add = [&map](const std::string& stream, const std::string& name) {
    map += (map.empty() ? "" : " ") + stream + ",name:" + name;
  };
  for (std::size_t i = 0; i < plan.video.size(); ++i) add("v:" + std::to_string(i), plan.video[i].name);
  for (std::size_t i = 0; i < plan.audio.size(); ++i) add("a:" + std::to_string(i), plan.audio[i].name);
  return map;
}

// Timestamps as they are without a seek. What is decoded begins at the key frame before, and the graph drops
// what is too early: the picture that is shown at the chunk's first frame may have begun before it.
void AddSeek(ArgumentList& list, const Plan& plan) {
  if (!plan.chunk || plan.chunk->first_frame == 0) return;
  list.Add(
      {"-copyts", "-start_at_zero", "-noaccurate_seek", "-ss", std::to_string(plan.chunk->begin.count())});
}

// Key frames alone decide where segments begin. A chunk's are rounded to frames from the whole video's
// beginning, and so may be a frame nearer to its own.
std::string Cut(const Plan& plan) {
  if (!plan.chunk) return std::to_string(plan.cut.count());
  const Rational rate = plan.video_format->frame_rate;
  if (rate.den == 1) return std::to_string(plan.cut.count());
  const std::int64_t microseconds = plan.cut.count() * 1'000'000 - 1'000'000 * rate.den / rate.num - 1;
  return std::to_string(microseconds) + "us";
}

}  // namespace

std::vector<std::string> ProbeArguments(const std::filesystem::path& file, const ArgumentRules& rules) {
  ArgumentList list(rules.ffprobe);
  AddInputRules(list, rules);
  list.Add(
      {"-of", "json=compact=1", "-show_entries",
       "format=format_name,duration,nb_streams,bit_rate:format_tags=" + kTagNames +
           ":stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,avg_frame_rate,r_frame_"
           "rate,field_order,pix_fmt,color_primaries,color_transfer,color_space,"
           "channels,sample_rate,bit_rate"
           ":stream_disposition=default,attached_pic,timed_thumbnails,still_image,forced,hearing_impaired"
           ":stream_tags=language," +
           kTagNames +
           ":stream_side_data=rotation,red_x,red_y,green_x,green_y,blue_x,blue_y,white_point_x,"
           "white_point_y,min_luminance,max_luminance,max_content,max_average"});
  list.Add({"file:" + file.string()});
  return list.Take();
}

std::vector<std::string> EncodeArguments(const Plan& plan, const std::filesystem::path& file,
                                         const std::filesystem::path& output, const ArgumentRules& rules) {
  ArgumentList list(rules.ffmpeg);
  list.Add({"-nostdin", "-progress", "pipe:1", "-stats_period", "0.5"});
  AddInputRules(list, rules);
  AddSeek(list, plan);
  list.Add({"-i", "file:" + file.string()});
  list.Add({"-filter_complex_threads", std::to_string(rules.threads), "-filter_complex", Graph(plan)});
  for (std::size_t i = 0; i < plan.video.size(); ++i) list.Add({"-map", Pad("v", i)});
  for (std::size_t i = 0; i < plan.audio.size(); ++i) list.Add({"-map", Pad("a", i)});
  list.Add({"-map_metadata", "-1", "-map_chapters", "-1"});
  for (std::size_t i = 0; i < plan.video.size(); ++i) AddVideoEncoder(list, plan, i, rules);
  for (std::size_t i = 0; i < plan.audio.size(); ++i) AddAudioEncoder(list, plan, i);
  list.Add({"-f", "hls", "-hls_time", Cut(plan), "-hls_playlist_type", "event", "-hls_segment_type", "fmp4",
            "-hls_flags", "independent_segments+temp_file"});
  if (plan.chunk) list.Add({"-start_number", std::to_string(plan.chunk->first_segment)});
  list.Add({"-hls_fmp4_init_filename", "init.mp4", "-hls_segment_filename",
            (output / "%v" / SegmentPattern(plan.chunk ? plan.chunk->turn : 1)).string()});
  list.Add({"-var_stream_map", StreamMap(plan), (output / "%v" / kMediaPlaylistFile).string()});
  return list.Take();
}

}  // namespace descant::conversion::ffmpeg
