#include "services/conversion/domain/cancellation.h"

#include <utility>

#include "platform/base/error.h"

namespace descant::conversion {

Cancellation::Listener::Listener(Cancellation& cancellation, std::function<void()> notify)
    : cancellation_(cancellation),
      place_(cancellation.listeners_.insert(cancellation.listeners_.end(), std::move(notify))) {
  if (cancellation_.requested_) (*place_)();
}

Cancellation::Listener::~Listener() { cancellation_.listeners_.erase(place_); }

void Cancellation::Request() {
  if (requested_) return;
  requested_ = true;
  for (const auto& notify : listeners_) notify();
}

void Cancellation::Check() const {
  if (requested_) throw Error(ErrorKind::kCancelled, "cancelled", "The job was cancelled.");
}

}  // namespace descant::conversion
