#include "services/conversion/app/live_pass.h"

#include <utility>

namespace descant::conversion::app {

namespace {

// Where segments come faster than this, not each of them is worth a playlist of its own. A later one, or the
// end, brings what was passed over.
constexpr std::chrono::milliseconds kPlaylistInterval{500};

}  // namespace

awaitable<void> LivePass::Grown(EncodedRendition rendition) {
  const std::string name = rendition.name;
  co_await publisher_.PublishMedia(rendition, folder_);
  Growing& growing = growing_[name];
  growing.rendition = std::move(rendition);
  if (!playable_) {
    if (CanBegin()) co_await Begin();
  } else if (Clock::now() - growing.published >= kPlaylistInterval) {
    co_await PublishPlaylist(name);
  }
}

bool LivePass::CanBegin() const { return growing_.size() == plan_.audio.size() + plan_.video.size(); }

awaitable<void> LivePass::Begin() {
  std::vector<MeasuredRendition> measured;
  for (const auto& [name, growing] : growing_) {
    co_await PublishPlaylist(name);
    measured.push_back(MeasureGrowing(plan_, growing.rendition));
  }
  Presentation presentation = Present(plan_, measured);
  if (plan_.duration.count() > 0) presentation.media.duration = plan_.duration;
  Result so_far{.media = std::move(presentation.media)};
  so_far.master_key = co_await publisher_.PublishMaster(std::move(presentation.master));
  playable_ = true;
  co_await events_.Playable(std::move(so_far), Extent::kGrowing);
}

awaitable<void> LivePass::PublishPlaylist(std::string name) {
  Growing& growing = growing_.at(name);
  growing.published = Clock::now();
  co_await publisher_.PublishLive(growing.rendition);
}

awaitable<std::vector<MeasuredRendition>> LivePass::Finish(std::vector<EncodedRendition> encoded) {
  std::vector<MeasuredRendition> measured;
  for (const EncodedRendition& rendition : encoded) {
    co_await publisher_.PublishMedia(rendition, folder_);
    if (playable_) co_await publisher_.PublishLive(rendition);
    co_await publisher_.PublishWhole(rendition);
    measured.push_back(Measure(rendition));
  }
  co_return measured;
}

}  // namespace descant::conversion::app
