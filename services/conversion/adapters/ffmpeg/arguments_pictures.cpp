#include "services/conversion/adapters/ffmpeg/arguments_pictures.h"

#include <algorithm>

#include "services/conversion/adapters/ffmpeg/argument_list.h"
#include "services/conversion/adapters/ffmpeg/arguments_video.h"

namespace descant::conversion::ffmpeg {

namespace {

// Of a film up to this long every picture is decoded, of a longer one the key frames alone: those of a short
// one may be so far apart that nothing is left between them.
constexpr std::chrono::minutes kDecodedWhole{5};

// JPEG's own colours: BT.601 in full range (JFIF).
constexpr const char* kJpegColors = "scale=out_color_matrix=smpte170m:out_range=pc,format=yuvj420p";

// The plan's picture in one size. The first of its renditions says how its colours become SDR.
std::string Picture(const Plan& plan, Size size, Rational rate) {
  Plan one = plan;
  one.video.resize(1);
  one.video.front().size = size;
  one.video_format->frame_rate = rate;
  return VideoGraph(one);
}

void AddJpeg(ArgumentList& list, const std::string& graph, std::initializer_list<std::string> output) {
  list.Add({"-filter_complex", graph + "," + kJpegColors + "[p]", "-map", "[p]", "-map_metadata", "-1"});
  list.Add({"-c:v", "mjpeg", "-q:v", "4", "-flags", "+bitexact", "-f", "image2"});
  list.Add(output);
}

}  // namespace

std::vector<std::string> PosterArguments(const Plan& plan, const std::filesystem::path& file,
                                         const std::filesystem::path& output, const ArgumentRules& rules) {
  constexpr std::chrono::seconds kLatest{60};
  const auto at = std::min(kLatest, std::chrono::floor<std::chrono::seconds>(plan.duration / 10));
  const Size size = std::ranges::max_element(plan.video, {}, [](const VideoRendition& rendition) {
                      return rendition.size.width * rendition.size.height;
                    })->size;
  ArgumentList list =
      QuietCommand(rules, {"-ss", std::to_string(at.count()), "-t", "4", "-i", "file:" + file.string()});
  AddJpeg(list, Picture(plan, size, {5, 1}) + ";[v0]thumbnail=n=20",
          {"-frames:v", "1", "-update", "1", (output / kPosterFile).string()});
  return list.Take();
}

std::vector<std::string> ThumbnailArguments(const Plan& plan, const ThumbnailStrip& strip,
                                            const std::filesystem::path& file,
                                            const std::filesystem::path& output, const ArgumentRules& rules) {
  const std::string pictures = plan.duration <= kDecodedWhole ? "default" : "nokey";
  ArgumentList list = QuietCommand(rules, {"-skip_frame", pictures, "-i", "file:" + file.string()});
  AddJpeg(list,
          Picture(plan, strip.tile, {1, strip.interval.count()}) +
              ";[v0]tile=" + std::to_string(strip.columns) + "x" + std::to_string(strip.rows),
          {"-frames:v", std::to_string(strip.Sheets()), "-start_number", "0",
           (output / kThumbnailSheetPattern).string()});
  return list.Take();
}

}  // namespace descant::conversion::ffmpeg
