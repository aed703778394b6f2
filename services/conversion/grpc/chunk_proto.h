// Orders for chunks and what was made of them, as the contract's messages and back.
#pragma once

#include "descant/conversion/v1/conversion.pb.h"
#include "services/conversion/app/chunk_worker.h"

namespace descant::conversion::grpc_api {

namespace pb = ::descant::conversion::v1;

pb::ConvertChunkRequest ToProto(const app::ChunkOrder& order);
// Throws Error kInvalidArgument: what ends up in a command line is taken letter by letter.
app::ChunkOrder OrderFrom(const pb::ConvertChunkRequest& request);

pb::ConvertChunkResponse ToProto(const EncodedChunk& made);
// `plan`: what was ordered. Throws Error kInternal when it cannot be read.
EncodedChunk ChunkFrom(const pb::ConvertChunkResponse& response, const Plan& plan);

}  // namespace descant::conversion::grpc_api
