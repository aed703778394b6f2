// Tells who waits for it that a content has changed, whichever process changed it.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "platform/runtime/awaitable.h"
#include "services/content/domain/content.h"

namespace descant::content::app {

// Thread-safe.
class Changes {
 public:
  class Subscription;

  // Of one content; ends with the subscription. To be used on `executor` only.
  std::shared_ptr<Subscription> Subscribe(domain::ContentId content, asio::any_io_executor executor);

  void Publish(domain::ContentId content);
  void PublishAll();  // anything may have changed

 private:
  using Subscribers = std::vector<std::weak_ptr<Subscription>>;
  std::mutex mutex_;
  std::unordered_map<domain::ContentId, Subscribers> subscribers_;
};

class Changes::Subscription {
 public:
  explicit Subscription(asio::any_io_executor executor) : executor_(executor), timer_(executor) {}

  // True when it has changed since the last time this was asked, as soon as that is so; false after
  // `patience`.
  awaitable<bool> Next(std::chrono::milliseconds patience);

 private:
  friend class Changes;
  static void Notify(const std::shared_ptr<Subscription>& self);

  asio::any_io_executor executor_;
  asio::steady_timer timer_;
  bool changed_ = false;
};

}  // namespace descant::content::app
