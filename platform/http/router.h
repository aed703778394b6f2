// Which handler answers which method and path.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/message.h"

namespace descant::http {

using Handler = std::function<awaitable<Response>(const Request&)>;

struct Route {
  Method method;
  std::string pattern;  // segments, of which {name} matches any one: /api/v1/contents/{id}
  Handler handler;
  std::size_t max_body = 64 * 1024;  // bytes; a larger body is answered 413 without being read
};

class Router {
 public:
  void Add(Route route);

  struct Match {
    const Route* route = nullptr;    // null: no such method here, or no such path
    std::vector<Header> parameters;  // decoded
    std::vector<Method> allowed;     // methods the path knows; empty: there is no such path
  };
  // `path` as it came, percent-encoded. A fixed segment wins over {name}.
  Match Find(Method method, std::string_view path) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> segments_;  // of each route's pattern
};

}  // namespace descant::http
