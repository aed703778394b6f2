// A TCP proxy on 127.0.0.1 that passes bytes on until a test says otherwise: then it cuts connections in the
// middle, holds what comes back, or is slow.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <string>
#include <thread>

namespace descant::tests {

class FaultyProxy {
 public:
  explicit FaultyProxy(unsigned short target);
  ~FaultyProxy();

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  // The next `times` connections end once this many bytes went through them, in this direction.
  void CutDownloads(std::int64_t after, int times);
  void CutUploads(std::int64_t after, int times);
  // From now on nothing comes back any more.
  void Hold();
  // From now on each block of at most 16 KiB takes so long, in both directions.
  void Slow(std::chrono::milliseconds block) { block_time_ = block; }

  int cuts() const { return cuts_; }
  int connections() const { return connections_; }

 private:
  struct Cut {
    std::int64_t after = 0;
    std::atomic<int> left = 0;
  };
  void Serve();
  void Carry(int client);
  bool Pass(int from, int to, Cut& cut, std::int64_t& passed);

  unsigned short target_;
  unsigned short port_ = 0;
  int listener_ = -1;
  Cut downloads_;
  Cut uploads_;
  std::atomic<bool> holding_ = false;
  std::atomic<std::chrono::milliseconds> block_time_{};
  std::atomic<bool> ending_ = false;
  std::atomic<int> cuts_ = 0;
  std::atomic<int> connections_ = 0;
  std::list<std::thread> carriers_;
  std::thread thread_;
};

}  // namespace descant::tests
