#include "services/user/grpc/change_signal.h"

#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "services/user/testing/await.h"

namespace descant::user {
namespace {

// Counts three returns of a watcher's Wait, then ends.
awaitable<void> CountThree(std::shared_ptr<ChangeSignal::Watcher> watcher, int& count) {
  while (count < 3) {
    co_await watcher->Wait();
    ++count;
  }
}

TEST(ChangeSignalTest, WakesEveryWatcherOncePerRaise) {
  ChangeSignal signal;
  asio::io_context context;
  int first = 0;
  int second = 0;
  asio::co_spawn(context, CountThree(std::make_shared<ChangeSignal::Watcher>(signal), first), asio::detached);
  asio::co_spawn(context, CountThree(std::make_shared<ChangeSignal::Watcher>(signal), second),
                 asio::detached);
  context.poll();
  EXPECT_EQ(first, 0);
  for (int raised = 1; raised <= 3; ++raised) {
    signal.Raise();
    context.poll();
    EXPECT_EQ(first, raised);
    EXPECT_EQ(second, raised);
  }
}

TEST(ChangeSignalTest, RemembersARaiseBetweenWaits) {
  ChangeSignal signal;
  const auto watcher = std::make_shared<ChangeSignal::Watcher>(signal);
  signal.Raise();
  signal.Raise();
  testing::Await(watcher->Wait());
  asio::io_context context;
  bool woken = false;
  asio::co_spawn(context, watcher->Wait(), [&](const std::exception_ptr&) { woken = true; });
  context.poll();
  EXPECT_FALSE(woken) << "both raises were one reason to look";
  watcher->Wake();
  context.poll();
  EXPECT_TRUE(woken);
}

TEST(ChangeSignalTest, WatchersMayOutliveTheirSignal) {
  auto signal = std::make_unique<ChangeSignal>();
  const auto watcher = std::make_shared<ChangeSignal::Watcher>(*signal);
  signal.reset();
  watcher->Wake();
  testing::Await(watcher->Wait());
}

}  // namespace
}  // namespace descant::user
