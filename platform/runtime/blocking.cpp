#include "platform/runtime/blocking.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "platform/base/error.h"
#include "platform/log/log.h"

namespace descant::runtime {

struct BlockingPool::State {
  struct Job {
    std::move_only_function<void()> work;
    std::function<void(std::exception_ptr)> fail;
  };

  std::string name;
  std::size_t queue = 0;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> jobs;
  bool ending = false;
  std::vector<std::thread> threads;

  void Work() {
    while (true) {
      Job job;
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return ending || !jobs.empty(); });
        if (ending) return;
        job = std::move(jobs.front());
        jobs.pop_front();
      }
      std::exception_ptr error;
      try {
        job.work();
      } catch (...) {
        error = std::current_exception();
      }
      if (error) job.fail(std::move(error));
    }
  }
};

BlockingPool::BlockingPool(std::string name, std::size_t threads, std::size_t queue)
    : state_(std::make_unique<State>()) {
  state_->name = std::move(name);
  state_->queue = queue;
  for (std::size_t i = 0; i < threads; ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->Work(); });
  }
}

BlockingPool::~BlockingPool() {
  std::deque<State::Job> dropped;
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
    dropped.swap(state_->jobs);
  }
  state_->changed.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
  for (const State::Job& job : dropped) {
    job.fail(std::make_exception_ptr(Error(ErrorKind::kCancelled, "cancelled", "The service is stopping.")));
  }
}

void BlockingPool::Submit(std::move_only_function<void()> work,
                          std::function<void(std::exception_ptr)> fail) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->jobs.size() >= state_->queue) {
      log::Warning("queue is full", {{"pool", state_->name}, {"queue", state_->queue}});
      throw Error(ErrorKind::kUnavailable, "overloaded", "Too much is going on; try again in a moment.")
          .RetryAfter(std::chrono::seconds(1));
    }
    state_->jobs.push_back({std::move(work), std::move(fail)});
  }
  state_->changed.notify_one();
}

}  // namespace descant::runtime
