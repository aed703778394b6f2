// Brings every conversion job to its end: leases it, has it converted, reports what happens, and tries again
// what failed through no fault of the file. Any number of dispatchers may run; the leases keep them apart.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "platform/runtime/awaitable.h"
#include "services/content/app/converter.h"
#include "services/content/domain/jobs.h"

namespace descant::content::app {

struct DispatcherSettings {
  std::size_t concurrency = 4;                     // jobs at a time
  std::chrono::milliseconds lease{10'000};         // extended three times within
  std::chrono::milliseconds poll{1'000};           // looks for jobs at least this often
  std::chrono::milliseconds first_backoff{1'000};  // doubled with each failure
  std::chrono::milliseconds longest_backoff{60'000};
  std::int64_t max_failures = 5;
  std::int64_t max_losses = 20;
};

// Runs on one loop; only Wake may be called from elsewhere.
class Dispatcher {
 public:
  Dispatcher(asio::any_io_executor executor, domain::Jobs& jobs, Converter& converter,
             DispatcherSettings settings);
  ~Dispatcher();

  void Start();
  // There may be something to do.
  void Wake();
  // Takes no new job, gives back those that run (another dispatcher goes on with them), and returns when all
  // of that is noted.
  awaitable<void> Stop();

 private:
  struct Running;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace descant::content::app
