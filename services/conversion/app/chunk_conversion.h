// Makes chunks for another worker, which has the job.
#pragma once

#include <filesystem>

#include "platform/storage/storage.h"
#include "services/conversion/app/chunk_worker.h"
#include "services/conversion/app/source_shelf.h"
#include "services/conversion/domain/limits.h"
#include "services/conversion/domain/scratch.h"
#include "services/conversion/domain/transcoder.h"

namespace descant::conversion::app {

// One for each core. What it refers to has to outlive it.
class ChunkConversion final : public ChunkWorker {
 public:
  ChunkConversion(storage::Storage& storage, Transcoder& transcoder, Scratch& scratch, SourceShelf& shelf,
                  Limits limits)
      : storage_(storage), transcoder_(transcoder), scratch_(scratch), shelf_(shelf), limits_(limits) {}

  awaitable<EncodedChunk> Make(ChunkOrder order, Cancellation& cancellation) override;

 private:
  // A scratch folder that holds the source.
  awaitable<std::filesystem::path> Fetch(std::string source_key);

  storage::Storage& storage_;
  Transcoder& transcoder_;
  Scratch& scratch_;
  SourceShelf& shelf_;
  Limits limits_;
};

}  // namespace descant::conversion::app
