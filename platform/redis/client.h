// Redis as a cache, for one core: one connection, pipelined. It never fails: whatever goes wrong (no server,
// a time-out, a strange answer) is a miss, and the connection comes back by itself.
#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/runtime/awaitable.h"

namespace descant::redis {

struct ClientSettings {
  std::string address;                     // unix:/path, or host:port
  std::string password;                    // empty: none
  std::chrono::milliseconds timeout{100};  // for one command; then it counts as a miss
};

class Client {
 public:
  Client(asio::any_io_executor executor, ClientSettings settings);
  ~Client();

  awaitable<std::optional<std::string>> Get(std::string key);
  awaitable<bool> Set(std::string key, std::string value, std::chrono::milliseconds ttl);
  awaitable<std::optional<std::string>> HashGet(std::string key, std::string field);
  // Sets the field. The whole hash lives for `ttl` from now on, or longer if it would have anyway.
  awaitable<bool> HashSet(std::string key, std::string field, std::string value,
                          std::chrono::milliseconds ttl);
  // False when it is not known that the key is gone.
  awaitable<bool> Delete(std::string key);

  bool connected() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace descant::redis
