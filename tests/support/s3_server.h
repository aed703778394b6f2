// A real S3 server for tests (tests/support/s3-test-server): it checks signatures, expiry and checksums. One
// a process, gone when the test process is, however it ends.
#pragma once

#include <string>

#include "tests/support/temporary_folder.h"

namespace descant::tests {

class S3Server {
 public:
  static S3Server& Shared();  // runs

  const std::string& endpoint() const { return endpoint_; }  // http://127.0.0.1:<port>
  unsigned short port() const { return port_; }
  static constexpr const char* kAccessKey = "descant-test";
  static constexpr const char* kSecretKey = "not-a-secret-at-all";
  static constexpr const char* kRegion = "us-east-1";
  static constexpr const char* kBucket = "descant";

 private:
  S3Server();
  ~S3Server();

  TemporaryFolder folder_;
  std::string endpoint_;
  unsigned short port_ = 0;
  int lifeline_ = -1;  // when it closes, the guard ends the server
  int over_ = -1;      // closes when the guard is done
};

}  // namespace descant::tests
