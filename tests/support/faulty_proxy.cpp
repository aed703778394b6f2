#include "tests/support/faulty_proxy.h"

#include <tuple>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/loopback.h"

namespace descant::tests {

namespace {

constexpr int kLook = 50;  // ms between looks at whether the end has come

}  // namespace

FaultyProxy::FaultyProxy(unsigned short target) : target_(target) {
  std::tie(listener_, port_) = ListenOnLoopback();
  thread_ = std::thread([this] { Serve(); });
}

FaultyProxy::~FaultyProxy() {
  ending_ = true;
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  for (std::thread& carrier : carriers_) carrier.join();
  close(listener_);
}

void FaultyProxy::CutDownloads(std::int64_t after, int times) {
  downloads_.after = after;
  downloads_.left = times;
}

void FaultyProxy::CutUploads(std::int64_t after, int times) {
  uploads_.after = after;
  uploads_.left = times;
}

void FaultyProxy::Hold() { holding_ = true; }

void FaultyProxy::Serve() {
  while (true) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    ++connections_;
    carriers_.emplace_back([this, client] { Carry(client); });
  }
}

// Some bytes from one side to the other; false when the connection is to end.
bool FaultyProxy::Pass(int from, int to, Cut& cut, std::int64_t& passed) {
  char buffer[16384];
  std::this_thread::sleep_for(block_time_.load());
  const ssize_t got = recv(from, buffer, sizeof buffer, 0);
  if (got <= 0 || !SendAll(to, {buffer, static_cast<std::size_t>(got)})) return false;
  passed += got;
  if (passed < cut.after || cut.left <= 0) return true;
  --cut.left;
  ++cuts_;
  return false;
}

void FaultyProxy::Carry(int client) {
  const int server = ConnectToLoopback(target_);
  std::int64_t up = 0;
  std::int64_t down = 0;
  bool open = server >= 0;
  while (open && !ending_) {
    pollfd both[]{{.fd = client, .events = POLLIN}, {.fd = server, .events = POLLIN}};
    poll(both, holding_ ? 1 : 2, kLook);
    if (both[0].revents != 0) open = Pass(client, server, uploads_, up);
    if (open && both[1].revents != 0) open = Pass(server, client, downloads_, down);
  }
  close(client);
  if (server >= 0) close(server);
}

}  // namespace descant::tests
