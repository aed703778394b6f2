// LISTEN: tells what other connections NOTIFY, on any process.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/runtime/awaitable.h"

namespace descant::postgres {

class Listener {
 public:
  // `notify(channel, payload)` runs on the executor for each notification; `connected()` after each
  // (re)connection, since notifications may have been missed before it. Starts at once, connects again until
  // destroyed.
  Listener(asio::any_io_executor executor, std::string connection, std::vector<std::string> channels,
           std::function<void(const std::string& channel, const std::string& payload)> notify,
           std::function<void()> connected);
  ~Listener();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace descant::postgres
