#include "services/conversion/adapters/ffmpeg/arguments.h"

#include <initializer_list>
#include <utility>

#include "services/conversion/domain/presentation.h"

namespace descant::conversion::ffmpeg {

namespace {

// Containers that hold media, and nothing that names other files: no playlists (hls, dash, concat, sdp), no
// image sequences, no devices, no text. A protocol list alone does not keep those from opening local files.
constexpr const char* kDemuxers =
    "aac,ac3,aiff,amr,ape,asf,avi,caf,dsf,dts,eac3,flac,flv,m4v,matroska,mov,mp3,mpc,mpc8,mpeg,mpegts,ogg,"
    "tta,w64,wav,"
    "webm,wv";

class ArgumentList {
 public:
  explicit ArgumentList(const std::string& program) { arguments_.push_back(program); }
  void Add(std::initializer_list<std::string> arguments) {
    arguments_.insert(arguments_.end(), arguments.begin(), arguments.end());
  }
  std::vector<std::string> Take() { return std::move(arguments_); }

 private:
  std::vector<std::string> arguments_;
};

// Both programs read a source under the same rules.
void AddInputRules(ArgumentList& list, const ArgumentRules& rules) {
  list.Add({"-hide_banner", "-loglevel", "error"});
  list.Add({"-protocol_whitelist", "file,pipe", "-format_whitelist", kDemuxers});
  list.Add({"-max_pixels", std::to_string(rules.max_pixels), "-threads", std::to_string(rules.threads)});
}

std::string Text(Rational rational) {
  return rational.den == 1 ? std::to_string(rational.num)
                           : std::to_string(rational.num) + "/" + std::to_string(rational.den);
}

std::string Text(Size size) { return std::to_string(size.width) + ":" + std::to_string(size.height); }

std::string Pad(const char* kind, std::size_t index) {
  return "[" + std::string(kind) + std::to_string(index) + "]";
}

std::string Pads(const char* kind, std::size_t count) {
  std::string pads;
  for (std::size_t i = 0; i < count; ++i) pads += Pad(kind, i);
  return pads;
}

// Both tracks begin at zero and have no holes, so that all renditions share one clock.
std::string AudioGraph(const Plan& plan) {
  const AudioFormat& format = *plan.audio_format;
  return "[0:" + std::to_string(format.stream) + "]aresample=" + std::to_string(format.sample_rate) +
         ":async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=" +
         (format.channels == 1 ? "mono" : "stereo") + ",asplit=" + std::to_string(plan.audio.size()) +
         Pads("a", plan.audio.size());
}

std::string VideoGraph(const Plan& plan) {
  const VideoFormat& format = *plan.video_format;
  std::string graph = "[0:" + std::to_string(format.stream) + "]";
  if (format.deinterlace) graph += "bwdif=mode=send_frame:deint=interlaced,";
  graph += "fps=" + Text(format.frame_rate) + ":start_time=0,split=" + std::to_string(plan.video.size()) +
           Pads("s", plan.video.size());
  for (std::size_t i = 0; i < plan.video.size(); ++i) {
    graph += ";" + Pad("s", i) + "scale=" + Text(plan.video[i].size) +
             ":flags=bicubic,setsar=1,format=yuv420p" + Pad("v", i);
  }
  return graph;
}

std::string Graph(const Plan& plan) {
  std::string graph;
  if (plan.video_format) graph = VideoGraph(plan);
  if (plan.video_format && plan.audio_format) graph += ";";
  if (plan.audio_format) graph += AudioGraph(plan);
  return graph;
}

void AddVideoEncoder(ArgumentList& list, const Plan& plan, std::size_t index, const ArgumentRules& rules) {
  const VideoRendition& rendition = plan.video[index];
  const std::string of = ":v:" + std::to_string(index);
  const std::string threads = std::to_string(rules.threads);
  if (rendition.codec == VideoCodec::kHevc) {
    // `hvc1`: parameter sets in the init segment only, as Apple's players ask.
    list.Add({"-c" + of, "libx265", "-profile" + of, "main", "-tag" + of, "hvc1", "-x265-params" + of,
              "log-level=error:scenecut=0:open-gop=0:pools=" + threads});
  } else {
    list.Add(
        {"-c" + of, "libx264", "-profile" + of, "high", "-sc_threshold" + of, "0", "-threads" + of, threads});
  }
  list.Add({"-preset" + of, rendition.preset, "-crf" + of, std::to_string(rendition.crf), "-maxrate" + of,
            std::to_string(rendition.max_bit_rate), "-bufsize" + of,
            std::to_string(rendition.max_bit_rate * 2)});
  list.Add({"-force_key_frames" + of,
            "expr:gte(t,n_forced*" + std::to_string(plan.key_frame_interval.count()) + ")",
            "-forced-idr" + of, "1"});
}

void AddAudioEncoder(ArgumentList& list, const Plan& plan, std::size_t index) {
  const std::string of = ":a:" + std::to_string(index);
  list.Add({"-c" + of, "aac", "-b" + of, std::to_string(plan.audio[index].bit_rate)});
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

}  // namespace

std::vector<std::string> ProbeArguments(const std::filesystem::path& file, const ArgumentRules& rules) {
  ArgumentList list(rules.ffprobe);
  AddInputRules(list, rules);
  list.Add({"-of", "json=compact=1", "-show_entries",
            "format=format_name,duration,nb_streams"
            ":stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,avg_frame_rate,r_frame_"
            "rate,field_order,"
            "channels,sample_rate"
            ":stream_disposition=default,attached_pic,timed_thumbnails,still_image"
            ":stream_tags=language:stream_side_data=rotation"});
  list.Add({"file:" + file.string()});
  return list.Take();
}

std::vector<std::string> EncodeArguments(const Plan& plan, const std::filesystem::path& file,
                                         const std::filesystem::path& output, const ArgumentRules& rules) {
  ArgumentList list(rules.ffmpeg);
  list.Add({"-nostdin", "-progress", "pipe:1", "-stats_period", "0.5"});
  AddInputRules(list, rules);
  list.Add({"-i", "file:" + file.string()});
  list.Add({"-filter_complex_threads", std::to_string(rules.threads), "-filter_complex", Graph(plan)});
  for (std::size_t i = 0; i < plan.video.size(); ++i) list.Add({"-map", Pad("v", i)});
  for (std::size_t i = 0; i < plan.audio.size(); ++i) list.Add({"-map", Pad("a", i)});
  list.Add({"-map_metadata", "-1", "-map_chapters", "-1"});
  for (std::size_t i = 0; i < plan.video.size(); ++i) AddVideoEncoder(list, plan, i, rules);
  for (std::size_t i = 0; i < plan.audio.size(); ++i) AddAudioEncoder(list, plan, i);
  list.Add({"-f", "hls", "-hls_time", std::to_string(plan.segment.count()), "-hls_playlist_type", "event",
            "-hls_segment_type", "fmp4", "-hls_flags", "independent_segments+temp_file"});
  list.Add({"-hls_fmp4_init_filename", "init.mp4", "-hls_segment_filename",
            (output / "%v" / "%05d.m4s").string()});
  list.Add({"-var_stream_map", StreamMap(plan), (output / "%v" / kMediaPlaylistFile).string()});
  return list.Take();
}

}  // namespace descant::conversion::ffmpeg
