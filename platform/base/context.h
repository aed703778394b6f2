// What a piece of work carries with it wherever it goes: who it belongs to in the logs, and until when it
// matters.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>

namespace descant {

struct Context {
  std::string request_id;  // travels NGINX → REST → gRPC
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();

  // The earlier of the deadline and `limit` from now.
  std::chrono::steady_clock::time_point Within(std::chrono::milliseconds limit) const {
    return std::min(deadline, std::chrono::steady_clock::now() + limit);
  }
};

}  // namespace descant
