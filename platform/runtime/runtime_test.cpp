#include "platform/runtime/runtime.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "platform/base/error.h"
#include "platform/runtime/blocking.h"
#include "platform/runtime/promise.h"
#include "tests/support/await.h"

namespace descant::runtime {
namespace {

using namespace std::chrono_literals;
using descant::tests::Await;
using descant::tests::CodeOf;
using descant::tests::LastingLoop;
using ::testing::ElementsAre;

TEST(PromiseTest, ArrivesBeforeOrAfterItIsWaitedFor) {
  asio::io_context& loop = LastingLoop();
  const Promise<int> early;
  early.Set(1);
  early.Set(2);
  EXPECT_EQ(Await(loop, early.Wait()), 1) << "only the first counts";
  const Promise<int> late;
  asio::post(loop, [late] { late.Set(3); });
  EXPECT_EQ(Await(loop, late.Wait()), 3);
}

TEST(PromiseTest, CrossesThreads) {
  asio::io_context& loop = LastingLoop();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 200; ++i) {
    const Promise<int> promise;
    threads.emplace_back([promise, i] { promise.Set(i); });
    EXPECT_EQ(Await(loop, promise.Wait()), i);
  }
}

TEST(PromiseTest, CarriesFailures) {
  asio::io_context& loop = LastingLoop();
  const Promise<Nothing> promise;
  promise.Fail(Error(ErrorKind::kConflict, "taken", ""));
  promise.Set({});
  EXPECT_EQ(CodeOf(loop, [](Promise<Nothing> p) -> awaitable<void> { co_await p.Wait(); }(promise)), "taken");
}

TEST(BlockingPoolTest, WorksElsewhereAndComesBack) {
  asio::io_context& loop = LastingLoop();
  BlockingPool pool("test", 2, 10);
  const auto here = std::this_thread::get_id();
  EXPECT_NE(Await(loop, pool.Run([] { return std::this_thread::get_id(); })), here);
  EXPECT_EQ(CodeOf(loop, pool.Run([]() -> int { throw Error(ErrorKind::kConflict, "thrown", ""); })), "thrown");
}

TEST(BlockingPoolTest, AFullQueueRefusesAtOnceAndAnEndDropsWhatWaits) {
  asio::io_context& loop = LastingLoop();
  std::promise<void> begun;
  std::promise<void> release;
  std::vector<std::string> codes;
  {
    BlockingPool pool("test", 1, 1);
    const auto spawn = [&](std::function<void()> work) {
      asio::co_spawn(
          loop,
          [&pool, &codes, work]() -> awaitable<void> {
            std::string code;
            try {
              co_await pool.Run(work);
            } catch (const Error& error) {
              code = error.code();
            }
            codes.push_back(code);
          },
          asio::detached);
      loop.restart();
      loop.poll();
    };
    spawn([&] {
      begun.set_value();
      release.get_future().wait();
    });
    begun.get_future().wait();
    spawn([] {});  // waits
    spawn([] {});  // finds the queue full
    EXPECT_THAT(codes, ElementsAre("overloaded"));
    std::thread([&release] { release.set_value(); }).detach();
  }
  loop.restart();
  while (codes.size() < 3) loop.run_one();
  EXPECT_THAT(codes, ::testing::UnorderedElementsAre("overloaded", "", ::testing::AnyOf("", "cancelled")));
}

TEST(RuntimeTest, EndsStepByStepLastFirst) {
  Runtime runtime(2);
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) {
    runtime.OnShutdown("step", [&order, i]() -> awaitable<void> {
      order.push_back(i);
      if (i == 1) throw std::runtime_error("a step that fails does not keep the others");
      co_return;
    });
  }
  std::jthread stopper([&] { runtime.Stop(); });
  runtime.Run(10s);
  EXPECT_THAT(order, ElementsAre(2, 1, 0));
}

TEST(RuntimeTest, DoesNotWaitBeyondItsGrace) {
  Runtime runtime(1);
  const Promise<Nothing> never;
  runtime.OnShutdown("stuck", [never]() -> awaitable<void> { co_await never.Wait(); });
  runtime.Stop();
  runtime.Run(20ms);  // returns
}

TEST(RuntimeTest, EachCoreHasAThreadOfItsOwn) {
  Runtime runtime(3);
  std::set<std::thread::id> threads;
  std::mutex mutex;
  std::atomic<int> seen{0};
  for (std::size_t i = 0; i < 3; ++i) {
    asio::post(runtime.core(i), [&] {
      {
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
      }
      if (++seen == 3) runtime.Stop();
    });
  }
  runtime.Run(10s);
  EXPECT_EQ(threads.size(), 3);
}

}  // namespace
}  // namespace descant::runtime
