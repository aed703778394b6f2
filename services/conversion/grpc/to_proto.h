// The contract's messages, out of the domain's types.
#pragma once

#include "descant/conversion/v1/conversion.pb.h"
#include "services/conversion/app/job.h"
#include "services/conversion/app/job_events.h"
#include "services/conversion/domain/failure.h"
#include "services/conversion/domain/media.h"
#include "services/conversion/domain/source_probe.h"

namespace descant::conversion::grpc_api {

namespace pb = ::descant::conversion::v1;

pb::ConvertEvent ProbedEvent(const SourceProbe& probe);
pb::ConvertEvent ProgressEvent(const app::Progress& progress);
pb::ConvertEvent PlayableEvent(const Result& so_far, app::Extent extent);
pb::ConvertEvent DoneEvent(const Result& result);
pb::ConvertEvent FailedEvent(const Failure& failure);

// Throws Error kInvalidArgument.
app::Job JobFrom(const pb::ConvertRequest& request);

}  // namespace descant::conversion::grpc_api
