// Real servers for tests: private, on unix sockets in a folder of their own, gone when the test process is, however it ends.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"

namespace descant::tests {

// A program that dies with this process. As root it runs as the user `postgres`, since PostgreSQL refuses root.
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
  bool running() const { return pid_ > 0; }

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
  void Crash();                    // at once, without a word to anybody

 private:
  TemporaryFolder folder_;
  Child child_;
};

class RedisServer {
 public:
  RedisServer();
  ~RedisServer();

  std::string address() const;  // unix:/path
  void Start();
  void Stop();
  void Freeze();  // it stops answering, and goes on with Thaw
  void Thaw();

 private:
  TemporaryFolder folder_;
  Child child_;
};

}  // namespace descant::tests
