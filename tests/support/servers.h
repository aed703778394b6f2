// Real servers for tests: private, on unix sockets in a folder of their own or on a free port, gone when the
// test process is, however it ends.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "tests/support/temporary_folder.h"

namespace descant::tests {

// A program that dies with this process, or rather with the thread that started it. As root it runs as the
// user `postgres`, since PostgreSQL refuses root.
class Child {
 public:
  ~Child() { Kill(); }
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void Start(std::vector<std::string> arguments, const std::string& log_file);
  void Signal(int signal) const;
  void Wait();  // until it has ended
  void Kill();
  bool ended();  // without having been asked to
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
};

class PostgresServer {
 public:
  PostgresServer();  // runs, with an empty database `test`
  ~PostgresServer();

  std::string connection() const;  // libpq connection string
  void Start();                    // returns when it accepts connections
  void Stop();                     // sessions are cut off
  void Crash();                    // the same at once, and the next start has to recover
  void Freeze();                   // new sessions get no answer, until Thaw; those that are open go on
  void Thaw();

 private:
  TemporaryFolder folder_;
  Child child_;
};

class RedisServer {
 public:
  explicit RedisServer(std::string password = "");
  ~RedisServer();

  std::string address() const;  // unix:/path
  void Start();
  void Stop();
  void Freeze();  // it stops answering, and goes on with Thaw
  void Thaw();

 private:
  std::string password_;
  TemporaryFolder folder_;
  Child child_;
};

// NGINX that ends TLS, with a certificate of its own, for a server on loopback that speaks plain HTTP. Bodies
// pass through it as they come.
class TlsFront {
 public:
  explicit TlsFront(unsigned short target);

  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }
  std::string ca_file() const { return folder_.path() / "certificate.pem"; }

 private:
  TemporaryFolder folder_;
  unsigned short port_;
  Child child_;
};

}  // namespace descant::tests
