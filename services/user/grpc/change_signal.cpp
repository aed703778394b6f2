#include "services/user/grpc/change_signal.h"

namespace descant::user {

void ChangeSignal::Raise() {
  for (Watcher* watcher : *watchers_)
    watcher->Wake();  // which only posts: no watcher comes or goes meanwhile
}

awaitable<void> ChangeSignal::Watcher::Wait() {
  if (!woken_) {
    wake_ = runtime::Promise<runtime::Nothing>();
    co_await wake_.Wait();
  }
  woken_ = false;
}

void ChangeSignal::Watcher::Wake() {
  woken_ = true;
  wake_.Set({});
}

}  // namespace descant::user
