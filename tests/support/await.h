// Runs coroutines in tests.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

#include "platform/base/error.h"
#include "platform/runtime/awaitable.h"

namespace descant::tests {

// Runs `context` until `work` is done; returns what it returns, throws what it throws.
template <class T>
T Await(asio::io_context& context, awaitable<T> work) {
  bool done = false;
  std::exception_ptr failure;
  std::conditional_t<std::is_void_v<T>, std::monostate, std::optional<std::conditional_t<std::is_void_v<T>, int, T>>>
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
  context.restart();
  while (!done) {
    if (context.run_one() == 0) throw std::logic_error("the coroutine waits for what cannot happen");
  }
  if (failure) std::rethrow_exception(failure);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

// A loop that lasts as long as the process. For work that another thread completes: that thread may still be on its way out of the
// loop when the result has long been here.
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
