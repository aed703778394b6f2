// The second pass of a long video, made in chunks by this worker and by others, and joined.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "platform/runtime/awaitable.h"
#include "services/conversion/app/fan_out.h"
#include "services/conversion/app/job.h"
#include "services/conversion/app/means.h"
#include "services/conversion/domain/cancellation.h"
#include "services/conversion/domain/transcoder.h"

namespace descant::conversion::app {

class CutRest {
 public:
  // `means`: with peers, which have to outlive the loop's work, and all else this object; `chunks`: of
  // CutPlan, at least one.
  CutRest(Means means, const Job& job, const std::vector<Plan>& chunks, Cancellation& cancellation);

  // The others begin, once, while this worker still has something else to do.
  void CallPeers();

  // This worker takes part until all is made. Answers whole renditions whose segments are in storage.
  // `source`: the file; `folder`: where it may write; `frames`: of the video. Throws Failure and Error where
  // it cannot be made like this.
  awaitable<std::vector<EncodedRendition>> Finish(std::filesystem::path source, std::filesystem::path folder,
                                                  std::int64_t frames, Transcoder::OnProgress on_progress);

  // What was made is in use: Abandon leaves it where it is.
  void Keep() { kept_ = true; }
  // Ends what still runs and removes what was uploaded. Has to be called before the object ends.
  awaitable<void> Abandon();

 private:
  // Removes from storage what was uploaded for chunks, but for these keys. Never throws.
  awaitable<void> RemoveAllBut(std::set<std::string> keys);

  Means means_;
  std::string prefix_;
  std::vector<std::string> renditions_;
  FanOut fan_out_;
  bool kept_ = false;
  bool abandoned_ = false;
};

}  // namespace descant::conversion::app
