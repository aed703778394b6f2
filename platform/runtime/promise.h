// A value that arrives once, from any thread, for one coroutine that awaits it: the bridge from callbacks
// (gRPC, libpq, hiredis, child processes, thread pools) to coroutines.
#pragma once

#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/runtime/awaitable.h"

namespace descant::runtime {

// A handle: copies share one state. Set or Fail once (later ones are ignored); Wait once.
template <class T>
class Promise {
 public:
  Promise() : state_(std::make_shared<State>()) {}

  void Set(T value) const { Settle(nullptr, std::move(value)); }
  void Fail(std::exception_ptr error) const { Settle(std::move(error), std::nullopt); }
  template <class E>
  void Fail(E error) const {
    Fail(std::make_exception_ptr(std::move(error)));
  }

  // Resumes on the awaiting coroutine's own executor. The state lives as long as someone holds the promise.
  awaitable<T> Wait() const {
    auto state = state_;
    std::optional<T> value = co_await asio::async_initiate<const asio::use_awaitable_t<>&,
                                                           void(std::exception_ptr, std::optional<T>)>(
        [state](auto handler) {
          std::unique_lock lock(state->mutex);
          state->guard.emplace(asio::get_associated_executor(handler));
          Handler(std::move(handler)).swap(state->waiter);  // Boost 1.81: assigning recurses without end
          if (state->settled) Resume(*state, lock);
        },
        asio::use_awaitable);
    co_return std::move(*value);
  }

 private:
  using Handler = asio::any_completion_handler<void(std::exception_ptr, std::optional<T>)>;

  struct State {
    std::mutex mutex;
    bool settled = false;
    std::exception_ptr error;
    std::optional<T> value;
    Handler waiter;
    std::optional<asio::executor_work_guard<asio::any_io_executor>> guard;
  };

  void Settle(std::exception_ptr error, std::optional<T> value) const {
    std::unique_lock lock(state_->mutex);
    if (state_->settled) return;
    state_->settled = true;
    state_->error = std::move(error);
    state_->value = std::move(value);
    if (state_->waiter) Resume(*state_, lock);
  }

  static void Resume(State& state, std::unique_lock<std::mutex>& lock) {
    auto guard = *std::exchange(state.guard, std::nullopt);
    auto resume = [waiter = std::move(state.waiter), error = std::move(state.error),
                   value = std::move(state.value)]() mutable {
      std::move(waiter)(std::move(error), std::move(value));
    };
    lock.unlock();
    asio::post(guard.get_executor(), std::move(resume));
  }

  std::shared_ptr<State> state_;
};

struct Nothing {};  // for promises that carry no value

}  // namespace descant::runtime
