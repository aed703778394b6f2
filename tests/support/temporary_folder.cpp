#include "tests/support/temporary_folder.h"

#include <cstdlib>
#include <stdexcept>

namespace descant::tests {

TemporaryFolder::TemporaryFolder() {
  char path[] = "/tmp/descant-test-XXXXXX";
  if (!mkdtemp(path)) throw std::runtime_error("cannot make a folder in /tmp");
  path_ = path;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace descant::tests
