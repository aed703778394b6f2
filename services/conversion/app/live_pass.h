// The first pass as listeners follow it: published while it is made, in an order in which every playlist is
// true at every moment. Segments come before the playlist that names them, and that before the master
// playlist.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "platform/runtime/awaitable.h"
#include "services/conversion/app/job_events.h"
#include "services/conversion/app/publisher.h"
#include "services/conversion/domain/plan.h"
#include "services/conversion/domain/presentation.h"

namespace descant::conversion::app {

class LivePass {
 public:
  // `folder`: where the renditions are made. The publisher and the events have to outlive it.
  LivePass(Plan plan, std::filesystem::path folder, Publisher& publisher, JobEvents& events)
      : plan_(std::move(plan)), folder_(std::move(folder)), publisher_(publisher), events_(events) {}

  // A rendition as it is so far. Once each has a segment, all can be played, and that is told.
  awaitable<void> Grown(EncodedRendition rendition);

  // Every rendition is whole: publishes what is missing and ends the playlists. Answers what the master
  // playlist, which is the caller's to publish, has to know.
  awaitable<std::vector<MeasuredRendition>> Finish(std::vector<EncodedRendition> encoded);

  // Whether somebody may be listening.
  bool playable() const { return playable_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Growing {
    EncodedRendition rendition;
    Clock::time_point published;  // its playlist
  };

  bool CanBegin() const;
  awaitable<void> Begin();
  awaitable<void> PublishPlaylist(std::string name);

  Plan plan_;
  std::filesystem::path folder_;
  Publisher& publisher_;
  JobEvents& events_;
  std::map<std::string, Growing> growing_;
  bool playable_ = false;
};

}  // namespace descant::conversion::app
