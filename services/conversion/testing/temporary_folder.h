#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace descant::conversion::testing {

// A folder of its own below /tmp, gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = "/tmp/descant-conversion-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace descant::conversion::testing
