#pragma once

#include <exception>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "platform/runtime/awaitable.h"

namespace descant::conversion::testing {

// Runs the work on an event loop of its own until all that it began has ended.
template <class T>
T Await(awaitable<T> work) {
  asio::io_context context;
  std::exception_ptr thrown;
  std::optional<T> value;
  asio::co_spawn(context, std::move(work), [&](std::exception_ptr error, T result) {
    thrown = std::move(error);
    if (!thrown) value = std::move(result);
  });
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*value);
}

inline void Await(awaitable<void> work) {
  asio::io_context context;
  std::exception_ptr thrown;
  asio::co_spawn(context, std::move(work), [&](std::exception_ptr error) { thrown = std::move(error); });
  context.run();
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace descant::conversion::testing
