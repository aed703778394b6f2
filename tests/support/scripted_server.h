// An HTTP server that answers as a test says, and remembers what it was asked. For failures that real servers
// do not have at will.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace descant::tests {

class ScriptedServer {
 public:
  // `answer` gets a whole request, as it came, and how many came before; it answers a whole response. An
  // empty one closes the connection. Each connection carries one request.
  using Answer = std::function<std::string(const std::string& request, std::size_t before)>;
  explicit ScriptedServer(Answer answer);
  ~ScriptedServer();

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  unsigned short port() const { return port_; }
  std::vector<std::string> requests() const;

 private:
  void Serve();
  void Handle(int connection);

  Answer answer_;
  int listener_ = -1;
  unsigned short port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

// A response of this status and body.
std::string HttpAnswer(int status, const std::string& body, const std::string& headers = "");

}  // namespace descant::tests
