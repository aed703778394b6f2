// One event loop per core, each on a thread of its own, and an orderly end.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "platform/runtime/awaitable.h"

namespace descant::runtime {

class Runtime {
 public:
  // `cores`: how many loops; 0 for as many as this process may use.
  explicit Runtime(std::size_t cores);
  ~Runtime();

  std::size_t cores() const { return contexts_.size(); }
  asio::io_context& core(std::size_t index) { return *contexts_[index]; }
  asio::any_io_executor executor(std::size_t index) { return contexts_[index]->get_executor(); }

  // A loop for work that has no loop yet, each in turn. Thread-safe.
  std::size_t NextCore();

  // Runs on loop 0 when the process is asked to end (SIGTERM, SIGINT, or Stop), the last added first, one at
  // a time. Add before Run.
  void OnShutdown(std::string name, std::function<awaitable<void>()> step);

  // Runs until the shutdown steps are done, or `grace` has passed since it was asked for; then the loops are
  // stopped and what still waits on them is destroyed. Blocks the calling thread. A second signal ends the
  // process at once.
  void Run(std::chrono::milliseconds grace);

  // Asks for the end, as SIGTERM does. Thread-safe.
  void Stop();

 private:
  struct State;
  std::vector<std::unique_ptr<asio::io_context>> contexts_;
  std::unique_ptr<State> state_;
};

// Starts a coroutine that answers to nobody: what it throws is logged under `name`. It must own its data.
void Spawn(const asio::any_io_executor& executor, std::string name, awaitable<void> work);

// Waits; throws Error kCancelled when the loop ends meanwhile.
awaitable<void> Sleep(std::chrono::milliseconds duration);

}  // namespace descant::runtime
