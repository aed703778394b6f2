// Threads for work that blocks (file calls) or computes for long (password hashes), so that no event loop
// ever does.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "platform/runtime/promise.h"

namespace descant::runtime {

class BlockingPool {
 public:
  // At most `queue` pieces of work wait for one of `threads`.
  BlockingPool(std::string name, std::size_t threads, std::size_t queue);
  ~BlockingPool();  // finishes what has begun, drops what waits (its waiters get Error kCancelled)

  // Runs `work` on the pool and resumes the caller on its own loop with what it returns or throws. Throws
  // Error kUnavailable `overloaded` with a retry-after of 1 s, without waiting, when the queue is full.
  template <class F>
  awaitable<std::invoke_result_t<F>> Run(F work) {
    using T = std::invoke_result_t<F>;
    if constexpr (std::is_void_v<T>) {
      Promise<Nothing> promise;
      Submit([work = std::move(work), promise]() mutable { work(), promise.Set({}); },
             [promise](std::exception_ptr error) { promise.Fail(std::move(error)); });
      co_await promise.Wait();
    } else {
      Promise<T> promise;
      Submit([work = std::move(work), promise]() mutable { promise.Set(work()); },
             [promise](std::exception_ptr error) { promise.Fail(std::move(error)); });
      co_return co_await promise.Wait();
    }
  }

 private:
  struct State;
  void Submit(std::move_only_function<void()> work, std::function<void(std::exception_ptr)> fail);
  std::unique_ptr<State> state_;
};

}  // namespace descant::runtime
