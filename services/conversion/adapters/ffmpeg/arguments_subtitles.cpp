#include "services/conversion/adapters/ffmpeg/arguments_subtitles.h"

#include "services/conversion/adapters/ffmpeg/argument_list.h"

namespace descant::conversion::ffmpeg {

std::string SubtitleFile(std::size_t n) { return std::to_string(n) + ".vtt"; }

std::vector<std::string> SubtitleArguments(const std::vector<int>& streams, const std::filesystem::path& file,
                                           const std::filesystem::path& output, const ArgumentRules& rules) {
  ArgumentList list = QuietCommand(rules, {"-i", "file:" + file.string()});
  for (std::size_t n = 0; n < streams.size(); ++n) {
    list.Add({"-map", "0:" + std::to_string(streams[n]), "-map_metadata", "-1", "-c:s", "webvtt", "-f",
              "webvtt", (output / SubtitleFile(n)).string()});
  }
  return list.Take();
}

}  // namespace descant::conversion::ffmpeg
