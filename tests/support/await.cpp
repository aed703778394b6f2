#include "tests/support/await.h"

#include <list>
#include <mutex>

namespace descant::tests {

asio::io_context& LastingLoop() {
  static std::mutex mutex;
  static auto& loops = *new std::list<asio::io_context>;
  const std::lock_guard lock(mutex);
  return loops.emplace_back();
}

}  // namespace descant::tests
