// HTTP/1.1 on a TCP or unix socket: keep-alive, limits, timeouts, problem documents, server-sent events.
//
// Connections are dealt to the cores in turn and stay there; each core has its own router and shares nothing.
// Errors that a handler throws become problem documents. Every response carries the request's X-Request-Id
// (made here when none came), and every request is logged once it is answered.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "platform/http/router.h"
#include "platform/runtime/runtime.h"

namespace descant::http {

struct ServerSettings {
  std::string listen;  // unix:/path, or tcp:address:port (port 0: any that is free)
  std::size_t max_header = 16 * 1024;
  std::size_t max_connections = 4096;  // further ones wait in the backlog
  std::chrono::seconds idle{75};       // between requests
  std::chrono::seconds receive{15};    // for the whole of one request
  std::chrono::seconds handle{30};     // Context::deadline of a request, then it is 504; not of streams
  std::chrono::seconds send{30};       // for one response, or one event
};

class Server {
 public:
  // One router for each core of the runtime.
  Server(runtime::Runtime& runtime, ServerSettings settings,
         std::vector<std::shared_ptr<const Router>> routers);
  ~Server();

  // Binds and accepts. A unix socket that a dead process left is replaced; its mode is 0660. Throws Error.
  void Start();
  std::string endpoint() const;  // as in ServerSettings::listen, with the port that was bound

  // Stops accepting, closes idle connections and event streams, and returns when every request in flight is
  // answered.
  awaitable<void> Drain();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace descant::http
