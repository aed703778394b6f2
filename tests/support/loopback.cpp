#include "tests/support/loopback.h"

#include <stdexcept>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace descant::tests {

namespace {

sockaddr_in Loopback(unsigned short port) {
  return {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
}

}  // namespace

std::pair<int, unsigned short> ListenOnLoopback() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  auto* const where = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener, where, size) != 0 || listen(listener, 64) != 0 ||
      getsockname(listener, where, &size) != 0) {
    throw std::runtime_error("cannot listen");
  }
  return {listener, ntohs(address.sin_port)};
}

unsigned short FreePort() {
  const auto [listener, port] = ListenOnLoopback();
  close(listener);
  return port;
}

int ConnectToLoopback(unsigned short port) {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return connection;
  close(connection);
  return -1;
}

bool SendAll(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace descant::tests
