// One attempt to convert one uploaded file: what every device plays first, published while it is made; then
// the rest.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "platform/runtime/awaitable.h"
#include "services/conversion/app/cut_rest.h"
#include "services/conversion/app/first_record.h"
#include "services/conversion/app/job.h"
#include "services/conversion/app/job_events.h"
#include "services/conversion/app/means.h"
#include "services/conversion/app/progress_meter.h"
#include "services/conversion/app/publisher.h"
#include "services/conversion/app/side_work.h"
#include "services/conversion/domain/cancellation.h"
#include "services/conversion/domain/media.h"
#include "services/conversion/domain/transcoder.h"

namespace descant::conversion::app {

class Attempt {
 public:
  // `folder`: empty scratch space. All that it refers to has to outlive it.
  Attempt(Means means, const Job& job, std::filesystem::path folder, JobEvents& events,
          Cancellation& cancellation)
      : means_(means),
        job_(job),
        folder_(std::move(folder)),
        events_(events),
        cancellation_(cancellation),
        publisher_(means.storage, job.AttemptPrefix()),
        side_(means.executor, means.transcoder, publisher_, cancellation) {}

  // What was made, or what another attempt completed meanwhile. Throws Failure and Error; nothing is left of
  // what nobody was told of.
  awaitable<Result> Run();

 private:
  awaitable<Result> Make();
  awaitable<void> Download(std::filesystem::path file);
  // The record of an earlier attempt whose first pass is what this one would make.
  awaitable<std::optional<FirstRecord>> FindFirst(const Plan& first);
  awaitable<FirstRecord> MakeFirst(const Plan& plan);
  // Nothing when another attempt has completed the job meanwhile.
  awaitable<std::optional<Result>> MakeRest(const Plans& plans, const FirstRecord& first);
  // Has other workers take part in the rest, where it can be cut.
  void PrepareCut(const Plan& rest);
  awaitable<std::vector<EncodedRendition>> MakeWhole(const Plan& rest, Publisher& publisher);
  // Nothing where it has to be made whole.
  awaitable<std::optional<std::vector<EncodedRendition>>> MakeInChunks(const Plan& rest,
                                                                       const FirstRecord& first,
                                                                       Publisher& publisher);
  // What is made beside the renditions: of sound during the first pass, of a picture during the second, so
  // that all cores serve what is played first.
  void BeginSideWork(const Plan& plan);
  std::filesystem::path Source() const;
  Transcoder::OnProgress TellProgress();

  Means means_;
  const Job& job_;
  std::filesystem::path folder_;
  JobEvents& events_;
  Cancellation& cancellation_;
  Publisher publisher_;
  SideWork side_;
  std::optional<CutRest> cut_;
  SourceProbe probe_;
  std::optional<ProgressMeter> meter_;
  bool told_ = false;  // somebody may be listening to what this attempt has published
};

}  // namespace descant::conversion::app
