// The text that a film carries, as tracks that a player can show.
#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include "platform/runtime/awaitable.h"
#include "services/conversion/app/publisher.h"
#include "services/conversion/domain/cancellation.h"
#include "services/conversion/domain/plan.h"
#include "services/conversion/domain/transcoder.h"

namespace descant::conversion::app {

// Publishes what can be read of the plan's subtitles, and answers it; what cannot be made is left out.
// `folder`: where it may write; `duration`: of the picture. Throws Error when storage fails, or kCancelled.
awaitable<std::vector<SubtitleTrack>> MakeSubtitles(Transcoder& transcoder, Publisher& publisher,
                                                    const Plan& plan, std::filesystem::path source,
                                                    std::filesystem::path folder,
                                                    std::chrono::milliseconds duration,
                                                    Cancellation& cancellation);

}  // namespace descant::conversion::app
