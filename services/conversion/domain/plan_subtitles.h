// What becomes of the text that a film carries.
#pragma once

#include <vector>

#include "services/conversion/domain/plan.h"

namespace descant::conversion {

// Every track that is text, in the source's order; at most 32.
std::vector<SubtitleFormat> PlanSubtitles(const SourceProbe& probe);

}  // namespace descant::conversion
