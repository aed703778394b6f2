// descant.conversion.v1.ConversionService
#pragma once

#include <memory>
#include <vector>

#include "platform/rpc/server.h"
#include "services/conversion/app/chunk_worker.h"
#include "services/conversion/app/conversion.h"
#include "services/conversion/app/job_slots.h"

namespace descant::conversion::grpc_api {

// What serves the calls of one core.
struct Core {
  app::Conversion* jobs = nullptr;
  app::ChunkWorker* chunks = nullptr;
};

// Adds the service to the server. What it refers to has to outlive the server.
void ServeConversion(rpc::Server& server, std::vector<Core> cores, app::JobSlots& slots);

}  // namespace descant::conversion::grpc_api
