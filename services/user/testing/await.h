// Runs coroutines in tests, on one loop that lasts as long as the process: whoever completes an operation
// from another thread may still touch the loop when the result has long been here. For the main thread.
#pragma once

#include <string>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/support/await.h"

namespace descant::user::testing {

using tests::Await;
using tests::CodeOf;

inline asio::io_context& Loop() {
  static asio::io_context& loop = tests::LastingLoop();
  return loop;
}

template <class T>
T Await(awaitable<T> work) {
  return tests::Await(Loop(), std::move(work));
}

// The code of the Error that `work` throws; empty when it throws none.
template <class T>
std::string CodeOf(awaitable<T> work) {
  return tests::CodeOf(Loop(), std::move(work));
}

}  // namespace descant::user::testing
