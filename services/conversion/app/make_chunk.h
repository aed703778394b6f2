#pragma once

#include <filesystem>

#include "platform/storage/storage.h"
#include "services/conversion/app/chunk_worker.h"
#include "services/conversion/domain/transcoder.h"

namespace descant::conversion::app {

// Encodes a chunk of the file `source` in `folder`, which is made, and uploads its segments. Nothing of them
// is left in storage when it throws: Failure, Error.
awaitable<EncodedChunk> MakeChunk(Transcoder& transcoder, storage::Storage& storage, ChunkOrder order,
                                  std::filesystem::path source, std::filesystem::path folder,
                                  Transcoder::OnProgress on_progress, Cancellation& cancellation);

}  // namespace descant::conversion::app
