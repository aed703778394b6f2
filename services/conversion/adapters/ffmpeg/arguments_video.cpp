#include "services/conversion/adapters/ffmpeg/arguments_video.h"

namespace descant::conversion::ffmpeg {

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

}  // namespace descant::conversion::ffmpeg
