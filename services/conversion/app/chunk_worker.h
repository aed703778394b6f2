// Who makes chunks of a video for the worker that has the job: another process, or this one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "platform/runtime/awaitable.h"
#include "services/conversion/domain/cancellation.h"
#include "services/conversion/domain/join.h"
#include "services/conversion/domain/plan.h"

namespace descant::conversion::app {

// All that is needed to make one chunk, wherever that is.
struct ChunkOrder {
  std::string job_id;
  std::string source_key;
  std::string prefix;  // of the attempt, without a slash at its end; each rendition has a folder below it
  Plan plan;           // has its chunk
};

class ChunkWorker {
 public:
  virtual ~ChunkWorker() = default;

  // The chunk's segments are in storage then, and complete; its init segments are only in the answer. May be
  // called again for the same chunk, in another turn. Throws Error kResourceExhausted where it has no room
  // now and has not begun, other Errors and Failure where it could not make it.
  virtual awaitable<EncodedChunk> Make(ChunkOrder order, Cancellation& cancellation) = 0;
};

struct Peer {
  std::string name;  // for logs
  std::shared_ptr<ChunkWorker> worker;
};

// The other workers. Thread-safe.
class Peers {
 public:
  virtual ~Peers() = default;

  // Those that answer now. May hold this process too, which refuses as long as it has no room.
  virtual awaitable<std::vector<Peer>> Find() = 0;
};

}  // namespace descant::conversion::app
