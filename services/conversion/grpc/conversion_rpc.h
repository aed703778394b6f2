// descant.conversion.v1.ConversionService
#pragma once

#include <memory>
#include <vector>

#include "platform/rpc/server.h"
#include "services/conversion/app/conversion.h"
#include "services/conversion/app/job_slots.h"

namespace descant::conversion::grpc_api {

// Adds the service to the server. One conversion for each core; they and the slots have to outlive the
// server.
void ServeConversion(rpc::Server& server, std::vector<app::Conversion*> conversions, app::JobSlots& slots);

}  // namespace descant::conversion::grpc_api
