#pragma once

#include <functional>
#include <string>
#include <vector>

#include "services/conversion/app/job_events.h"

namespace descant::conversion::testing {

// Keeps what a job tells.
class RecordedEvents final : public app::JobEvents {
 public:
  std::vector<std::string> names;  // progress once, however often
  std::vector<app::Progress> progress;
  SourceProbe probe;
  std::string playable;  // the key that was told last
  Media playable_media;
  std::function<void(const std::string& name)> on_event;  // may throw

  awaitable<void> Accepted() override {
    Note("accepted");
    co_return;
  }
  awaitable<void> Probed(SourceProbe probed) override {
    probe = std::move(probed);
    Note("probed");
    co_return;
  }
  awaitable<void> Progressed(app::Progress at) override {
    progress.push_back(at);
    if (names.back() != "progress") names.emplace_back("progress");
    if (on_event) on_event("progress");
    co_return;
  }
  awaitable<void> Playable(Result so_far, app::Extent extent) override {
    playable = std::move(so_far.master_key);
    playable_media = std::move(so_far.media);
    Note(extent == app::Extent::kGrowing ? "playable" : "whole");
    co_return;
  }

 private:
  void Note(const std::string& name) {
    names.push_back(name);
    if (on_event) on_event(name);
  }
};

}  // namespace descant::conversion::testing
