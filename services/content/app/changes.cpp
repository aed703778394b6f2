#include "services/content/app/changes.h"

#include <algorithm>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace descant::content::app {

awaitable<bool> Changes::Subscription::Next(std::chrono::milliseconds patience) {
  if (!changed_) {
    timer_.expires_after(patience);
    boost::system::error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
  co_return std::exchange(changed_, false);
}

void Changes::Subscription::Notify(const std::shared_ptr<Subscription>& self) {
  asio::post(self->executor_, [self] {
    self->changed_ = true;
    self->timer_.cancel();
  });
}

std::shared_ptr<Changes::Subscription> Changes::Subscribe(domain::ContentId content,
                                                          asio::any_io_executor executor) {
  auto subscription = std::make_shared<Subscription>(std::move(executor));
  const std::lock_guard lock(mutex_);
  for (auto entry = subscribers_.begin(); entry != subscribers_.end();) {
    std::erase_if(entry->second, [](const auto& subscriber) { return subscriber.expired(); });
    entry = entry->second.empty() ? subscribers_.erase(entry) : std::next(entry);
  }
  subscribers_[content].push_back(subscription);
  return subscription;
}

void Changes::Publish(domain::ContentId content) {
  const std::lock_guard lock(mutex_);
  const auto found = subscribers_.find(content);
  if (found == subscribers_.end()) return;
  for (const auto& subscriber : found->second) {
    if (const auto subscription = subscriber.lock()) Subscription::Notify(subscription);
  }
}

void Changes::PublishAll() {
  const std::lock_guard lock(mutex_);
  for (const auto& [content, subscribers] : subscribers_) {
    for (const auto& subscriber : subscribers) {
      if (const auto subscription = subscriber.lock()) Subscription::Notify(subscription);
    }
  }
}

}  // namespace descant::content::app
