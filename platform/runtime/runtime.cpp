#include "platform/runtime/runtime.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <malloc.h>
#include <sched.h>

#include "platform/base/error.h"
#include "platform/log/log.h"

namespace descant::runtime {

namespace {

std::size_t UsableCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
}

// What one request needed, the next one will. glibc would give it back to the system each time, and take it
// again page by page: a fifth of the processor time of a list.
void KeepFreedMemory() {
  mallopt(M_TRIM_THRESHOLD, 4 * 1024 * 1024);
  mallopt(M_TOP_PAD, 256 * 1024);
}

}  // namespace

struct Runtime::State {
  struct Step {
    std::string name;
    std::function<awaitable<void>()> run;
  };
  explicit State(asio::io_context& first) : signals(first), grace(first) {}

  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards;
  std::vector<Step> steps;
  asio::signal_set signals;
  asio::steady_timer grace;
  std::chrono::milliseconds grace_period{};
  std::atomic<std::size_t> next{0};
  bool ending = false;
};

Runtime::Runtime(std::size_t cores) {
  // A peer that went away is an error like others; hiredis writes without MSG_NOSIGNAL.
  std::signal(SIGPIPE, SIG_IGN);
  KeepFreedMemory();
  const std::size_t count = cores == 0 ? UsableCores() : cores;
  for (std::size_t i = 0; i < count; ++i) contexts_.push_back(std::make_unique<asio::io_context>(1));
  state_ = std::make_unique<State>(*contexts_.front());
  for (auto& context : contexts_) state_->guards.push_back(asio::make_work_guard(*context));
}

namespace {

std::vector<std::unique_ptr<asio::io_context>>& EndedContexts() {
  static auto& ended = *new std::vector<std::unique_ptr<asio::io_context>>;
  return ended;
}

}  // namespace

// The loops outlive their runtime, unused: a thread of gRPC or of a pool that has just handed something over
// may still be on its way out of one. A process has one runtime, at whose end it ends too.
Runtime::~Runtime() {
  static std::mutex mutex;
  state_.reset();
  const std::lock_guard lock(mutex);
  for (auto& context : contexts_) EndedContexts().push_back(std::move(context));
}

std::size_t Runtime::NextCore() {
  return state_->next.fetch_add(1, std::memory_order_relaxed) % contexts_.size();
}

void Runtime::OnShutdown(std::string name, std::function<awaitable<void>()> step) {
  state_->steps.push_back({std::move(name), std::move(step)});
}

void Runtime::Stop() {
  asio::post(core(0), [this] {
    State& state = *state_;
    if (state.ending) return;
    state.ending = true;
    log::Info("stopping");
    const auto end = [this] {
      for (auto& context : contexts_) context->stop();
    };
    state.grace.expires_after(state.grace_period);
    state.grace.async_wait([end](const boost::system::error_code& error) {
      if (error) return;
      log::Warning("grace period is over, what still runs is dropped");
      end();
    });
    asio::co_spawn(
        core(0),
        [this, end]() -> awaitable<void> {
          for (auto step = state_->steps.rbegin(); step != state_->steps.rend(); ++step) {
            log::Debug("shutdown step", {{"step", step->name}});
            try {
              co_await step->run();
            } catch (const std::exception& error) {
              log::Error("shutdown step failed", {{"step", step->name}, {"error", error.what()}});
            }
          }
          end();
        },
        asio::detached);
  });
}

void Runtime::Run(std::chrono::milliseconds grace) {
  State& state = *state_;
  state.grace_period = grace;
  state.signals.add(SIGTERM);
  state.signals.add(SIGINT);
  const std::function<void()> watch = [this, &state, &watch] {
    state.signals.async_wait([this, &state, &watch](const boost::system::error_code& error, int) {
      if (error) return;
      if (state.ending) std::_Exit(1);  // asked twice
      Stop();
      watch();
    });
  };
  watch();
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < contexts_.size(); ++i) {
      threads.emplace_back([context = contexts_[i].get()] { context->run(); });
    }
    contexts_.front()->run();
  }
  log::Info("stopped");
}

void Spawn(const asio::any_io_executor& executor, std::string name, awaitable<void> work) {
  asio::co_spawn(executor, std::move(work), [name = std::move(name)](const std::exception_ptr& error) {
    if (error) log::Error("background work failed", {{"work", name}, {"error", Describe(error)}});
  });
}

awaitable<void> Sleep(std::chrono::milliseconds duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  boost::system::error_code error;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (error) throw Error(ErrorKind::kCancelled, "cancelled", "The wait was cancelled.");
}

}  // namespace descant::runtime
