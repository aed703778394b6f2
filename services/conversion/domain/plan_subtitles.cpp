#include "services/conversion/domain/plan_subtitles.h"

#include <string>

#include "services/conversion/domain/language.h"

namespace descant::conversion {

std::vector<SubtitleFormat> PlanSubtitles(const SourceProbe& probe) {
  constexpr std::size_t kMostTracks = 32;
  std::vector<SubtitleFormat> planned;
  for (const SubtitleStream& stream : probe.subtitles) {
    if (!stream.is_text()) continue;
    if (planned.size() == kMostTracks) break;
    planned.push_back({.stream = stream.index,
                       .name = "subtitles-" + std::to_string(planned.size() + 1),
                       .language = Bcp47(stream.language),
                       .title = stream.title,
                       .forced = stream.forced,
                       .hearing_impaired = stream.hearing_impaired});
  }
  return planned;
}

}  // namespace descant::conversion
