// Gives the chunks of a video to workers, and each that one does not make to another. Whoever takes part
// takes a chunk, and the next one when that is made, so that the quick ones make more.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "platform/runtime/awaitable.h"
#include "services/conversion/app/chunk_worker.h"
#include "services/conversion/domain/cancellation.h"

namespace descant::conversion::app {

// Of a worker that did not make a chunk.
struct Patience {
  std::chrono::milliseconds first_pause{500};  // until it is asked again, doubled each time
  std::chrono::milliseconds longest_pause{8'000};
  int failures = 4;  // in a row, until it is asked no more; that it has no room is none
  std::chrono::milliseconds until_next_call{30'000};  // for others that have come, or come back
};

// On one event loop; not thread-safe.
class FanOut {
 public:
  using Patience = app::Patience;

  // All of them have the same renditions. `of_job` has to outlive it.
  FanOut(asio::any_io_executor executor, std::vector<ChunkOrder> orders, Cancellation& of_job,
         Patience patience = {});

  // Finds the others and has them begin, and those who come later; once. `peers` has to outlive the loop's
  // work.
  void CallPeers(Peers& peers);
  void Add(Peer peer);
  // This process takes part, and has the last word: what it cannot make, nobody can.
  void AddSelf(std::shared_ptr<ChunkWorker> self);

  // How much of the video is made.
  std::chrono::milliseconds made() const;

  struct Made {
    std::vector<Plan> plans;  // in order; each with the turn that made it
    std::vector<EncodedChunk> chunks;
  };
  // Waits until all are made; AddSelf was called before. Throws what this process could not make a chunk for,
  // Error kCancelled.
  awaitable<Made> Finish();

  // Ends what still runs, and waits for that. Has to be called before the object ends.
  awaitable<void> Abandon();

 private:
  struct State;
  std::shared_ptr<State> state_;
  Cancellation::Listener of_job_;
};

}  // namespace descant::conversion::app
