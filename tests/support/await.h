// Runs coroutines in tests.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "platform/base/error.h"
#include "platform/runtime/awaitable.h"

namespace descant::tests {

// Runs `context` until `done`. What does not end in five minutes never will, and what it refers to has to
// stay: then the test process ends.
inline void RunUntil(asio::io_context& context, const std::function<bool()>& done) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(5);
  context.restart();
  while (!done()) {
    if (context.run_one_until(give_up) > 0) continue;
    std::fputs("waiting for what does not happen\n", stderr);
    std::abort();
  }
}

// Runs `context` until `work` is done; returns what it returns, throws what it throws.
template <class T>
T Await(asio::io_context& context, awaitable<T> work) {
  bool done = false;
  std::exception_ptr failure;
  std::conditional_t<std::is_void_v<T>, std::monostate,
                     std::optional<std::conditional_t<std::is_void_v<T>, int, T>>>
      result;
  asio::co_spawn(
      context,
      [&]() -> awaitable<void> {
        if constexpr (std::is_void_v<T>) {
          co_await std::move(work);
        } else {
          result.emplace(co_await std::move(work));
        }
      },
      [&](std::exception_ptr error) {
        failure = std::move(error);
        done = true;
      });
  RunUntil(context, [&done] { return done; });
  if (failure) std::rethrow_exception(failure);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

// The same for many that run at once. Throws what the first that failed threw, when all are over.
inline void AwaitAll(asio::io_context& context, std::vector<awaitable<void>> work) {
  std::size_t left = work.size();
  std::exception_ptr failure;
  for (auto& one : work) {
    asio::co_spawn(context, std::move(one), [&](const std::exception_ptr& error) {
      if (error && !failure) failure = error;
      --left;
    });
  }
  RunUntil(context, [&left] { return left == 0; });
  if (failure) std::rethrow_exception(failure);
}

// A loop that lasts as long as the process. For work that another thread completes: that thread may still be
// on its way out of the loop when the result has long been here.
asio::io_context& LastingLoop();

// The code of the Error that `work` throws; empty when it throws none.
template <class T>
std::string CodeOf(asio::io_context& context, awaitable<T> work) {
  try {
    static_cast<void>(Await(context, std::move(work)));
  } catch (const Error& error) {
    return error.code();
  }
  return "";
}
inline std::string CodeOf(asio::io_context& context, awaitable<void> work) {
  try {
    Await(context, std::move(work));
  } catch (const Error& error) {
    return error.code();
  }
  return "";
}

}  // namespace descant::tests
