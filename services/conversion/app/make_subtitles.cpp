#include "services/conversion/app/make_subtitles.h"

#include <optional>
#include <utility>

#include "platform/log/log.h"
#include "services/conversion/domain/subtitles.h"

namespace descant::conversion::app {

awaitable<std::vector<SubtitleTrack>> MakeSubtitles(Transcoder& transcoder, Publisher& publisher,
                                                    const Plan& plan, std::filesystem::path source,
                                                    std::filesystem::path folder,
                                                    std::chrono::milliseconds duration,
                                                    Cancellation& cancellation) {
  if (plan.subtitles.empty()) co_return std::vector<SubtitleTrack>();
  std::vector<int> streams;
  for (const SubtitleFormat& track : plan.subtitles) streams.push_back(track.stream);
  std::vector<std::optional<std::filesystem::path>> texts;
  try {
    texts = co_await transcoder.ExtractSubtitles(std::move(streams), std::move(source), std::move(folder),
                                                 cancellation);
  } catch (const std::exception& error) {
    log::Info("no subtitles were made", {{"reason", error.what()}});
  }
  cancellation.Check();
  std::vector<SubtitleFormat> made;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (!texts[i]) continue;
    co_await publisher.PublishSubtitles(plan.subtitles[i], *texts[i], duration);
    made.push_back(plan.subtitles[i]);
  }
  co_return SubtitleTracks(made);
}

}  // namespace descant::conversion::app
