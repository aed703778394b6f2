#include "tests/support/scripted_server.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <tuple>

#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/loopback.h"

namespace descant::tests {

namespace {

std::size_t ContentLength(std::string head) {
  std::ranges::transform(head, head.begin(), [](unsigned char c) { return std::tolower(c); });
  const std::size_t found = head.find("\r\ncontent-length:");
  return found == std::string::npos ? 0 : std::strtoul(head.c_str() + found + 17, nullptr, 10);
}

}  // namespace

ScriptedServer::ScriptedServer(Answer answer) : answer_(std::move(answer)) {
  std::tie(listener_, port_) = ListenOnLoopback();
  thread_ = std::thread([this] { Serve(); });
}

ScriptedServer::~ScriptedServer() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

std::vector<std::string> ScriptedServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void ScriptedServer::Serve() {
  while (true) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    Handle(connection);
    close(connection);
  }
}

void ScriptedServer::Handle(int connection) {
  std::string request;
  std::size_t head = std::string::npos;
  bool continued = false;
  while (head == std::string::npos || request.size() < head + 4 + ContentLength(request.substr(0, head))) {
    char buffer[16384];
    const ssize_t got = recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) return;
    request.append(buffer, static_cast<std::size_t>(got));
    head = request.find("\r\n\r\n");
    if (head == std::string::npos || continued || !request.contains("Expect: 100-continue")) continue;
    SendAll(connection, "HTTP/1.1 100 Continue\r\n\r\n");
    continued = true;
  }
  std::size_t before = 0;
  {
    const std::lock_guard lock(mutex_);
    before = requests_.size();
    requests_.push_back(request);
  }
  SendAll(connection, answer_(request, before));
}

std::string HttpAnswer(int status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Scripted\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n" +
         headers + "\r\n" + body;
}

}  // namespace descant::tests
