#include "services/conversion/adapters/ffmpeg/arguments_sound.h"

#include <algorithm>
#include <cstdint>

#include "services/conversion/adapters/ffmpeg/argument_list.h"
#include "services/conversion/adapters/ffmpeg/arguments_audio.h"

namespace descant::conversion::ffmpeg {

namespace {

constexpr std::int64_t kWantedPoints = 1500;
constexpr int kShortestStretch = 16;  // samples

// Fits into a square of that side, and is not enlarged.
std::string Scaled(int side) {
  const std::string most = std::to_string(side);
  return "scale=w='min(" + most + ",iw)':h='min(" + most +
         ",ih)':force_original_aspect_ratio=decrease:flags=lanczos,setsar=1,format=yuvj420p";
}

void AddPicture(ArgumentList& list, const std::string& pad, const std::filesystem::path& file) {
  list.Add({"-map", pad, "-map_metadata", "-1", "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3", "-flags",
            "+bitexact", "-f", "image2", "-update", "1", file.string()});
}

}  // namespace

int MeasuredStretch(const AudioFormat& format, std::chrono::milliseconds duration) {
  const std::int64_t tenth = format.sample_rate / 10;
  if (duration.count() <= 0) return static_cast<int>(tenth);
  const std::int64_t samples = duration.count() * format.sample_rate / 1000;
  return static_cast<int>(std::clamp<std::int64_t>(samples / kWantedPoints, kShortestStretch, tenth));
}

std::vector<std::string> MeasureArguments(const Plan& plan, const std::filesystem::path& file,
                                          const ArgumentRules& rules) {
  const AudioFormat& format = *plan.audio_format;
  ArgumentList list = QuietCommand(rules, {"-i", "file:" + file.string()});
  // A single channel is played by two loudspeakers.
  list.Add(
      {"-filter_complex", SoundChain(plan) + ",ebur128=peak=true:metadata=1:framelog=verbose" +
                              (format.channels == 1 ? ":dualmono=true" : "") +
                              ",asetnsamples=n=" + std::to_string(MeasuredStretch(format, plan.duration)) +
                              ":p=0,astats=metadata=1:reset=1:measure_perchannel=none:"
                              "measure_overall=Peak_level+Number_of_samples,ametadata=mode=print:file=-[m]"});
  list.Add({"-map", "[m]", "-f", "null", "-"});
  return list.Take();
}

std::vector<std::string> CoverArguments(int stream, const std::filesystem::path& file,
                                        const std::filesystem::path& output, const ArgumentRules& rules) {
  ArgumentList list = QuietCommand(rules, {"-i", "file:" + file.string()});
  list.Add({"-filter_complex", "[0:" + std::to_string(stream) + "]split[large][small];[large]" + Scaled(640) +
                                   "[l];[small]" + Scaled(160) + "[s]"});
  AddPicture(list, "[l]", output / kLargeCover);
  AddPicture(list, "[s]", output / kSmallCover);
  return list.Take();
}

}  // namespace descant::conversion::ffmpeg
