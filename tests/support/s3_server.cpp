#include "tests/support/s3_server.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/loopback.h"

namespace descant::tests {

namespace {

namespace fs = std::filesystem;

// Runs the script to its end; with its output, when it fails, as the error.
void Run(const std::string& arguments, const fs::path& log) {
  const fs::path script = fs::read_symlink("/proc/self/exe").parent_path() / "s3-test-server";
  if (std::system(("'" + script.string() + "' " + arguments + " >>'" + log.string() + "' 2>&1").c_str()) == 0)
    return;
  std::ifstream in(log);
  throw std::runtime_error("s3-test-server " + arguments + ": " +
                           std::string(std::istreambuf_iterator<char>(in), {}));
}

// Waits for the end of the test process, and ends the server with it.
void Guard(int lifeline, const std::string& data, const fs::path& log) {
  char nothing = 0;
  while (read(lifeline, &nothing, 1) > 0) continue;
  try {
    Run("stop '" + data + "'", log);
    fs::remove_all(log.parent_path());
  } catch (...) {
  }
}

}  // namespace

S3Server& S3Server::Shared() {
  static S3Server server;
  return server;
}

S3Server::S3Server() : port_(FreePort()) {
  const std::string data = folder_.path() / "data";
  const fs::path log = folder_.path() / "log";
  endpoint_ = "http://127.0.0.1:" + std::to_string(port_);
  int ends[2], over[2];
  if (pipe2(ends, O_CLOEXEC) != 0 || pipe2(over, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  lifeline_ = ends[1];
  over_ = over[0];
  // Before the server, which has to inherit none of them. The guard is nobody's child, since who ends a test
  // by force ends its children too.
  const pid_t between = fork();
  if (between == 0) {
    if (fork() == 0) {
      close(ends[1]);
      setsid();
      Guard(ends[0], data, log);
    }
    _exit(0);
  }
  waitpid(between, nullptr, 0);
  close(ends[0]);
  close(over[1]);
  Run("'" + data + "' " + std::to_string(port_) + " " + kAccessKey + " " + kSecretKey + " " + kBucket, log);
}

S3Server::~S3Server() {
  close(lifeline_);
  char nothing = 0;
  while (read(over_, &nothing, 1) > 0) continue;
  close(over_);
}

}  // namespace descant::tests
