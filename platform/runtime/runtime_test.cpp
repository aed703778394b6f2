#include "platform/runtime/runtime.h"

#include <atomic>
#include <csignal>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>

#include "platform/base/error.h"
#include "platform/log/log.h"
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

TEST(PromiseTest, OnlyTheFirstOfManySettersCounts) {
  asio::io_context& loop = LastingLoop();
  for (int round = 0; round < 100; ++round) {
    const Promise<int> promise;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([promise, i] {
        if (i % 2 == 0) promise.Set(i);
        promise.Fail(Error(ErrorKind::kConflict, "late", ""));
      });
    }
    try {
      EXPECT_EQ(Await(loop, promise.Wait()) % 2, 0);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), "late");
    }
  }
}

TEST(PromiseTest, ResumesOnTheLoopThatWaits) {
  Runtime runtime(2);
  const Promise<std::unique_ptr<int>> promise;
  std::thread::id waiting;
  std::thread::id resumed;
  Spawn(runtime.executor(1), "wait",
        [](Runtime& all, Promise<std::unique_ptr<int>> given, std::thread::id& before,
           std::thread::id& after) -> awaitable<void> {
          before = std::this_thread::get_id();
          asio::post(all.core(0), [given] { given.Set(std::make_unique<int>(7)); });
          const auto value = co_await given.Wait();
          EXPECT_EQ(*value, 7) << "a value that only moves";
          after = std::this_thread::get_id();
          all.Stop();
        }(runtime, promise, waiting, resumed));
  runtime.Run(10s);
  EXPECT_EQ(waiting, resumed);
  EXPECT_NE(waiting, std::this_thread::get_id());
}

TEST(BlockingPoolTest, WorksElsewhereAndComesBack) {
  asio::io_context& loop = LastingLoop();
  BlockingPool pool("test", 2, 10);
  const auto here = std::this_thread::get_id();
  EXPECT_NE(Await(loop, pool.Run([] { return std::this_thread::get_id(); })), here);
  EXPECT_EQ(CodeOf(loop, pool.Run([]() -> int { throw Error(ErrorKind::kConflict, "thrown", ""); })),
            "thrown");
}

TEST(BlockingPoolTest, CarriesWhatIsThrown) {
  asio::io_context& loop = LastingLoop();
  BlockingPool pool("test", 2, 10);
  EXPECT_THROW(Await(loop, pool.Run([] { throw std::runtime_error("broken"); })), std::runtime_error);
  EXPECT_THROW(Await(loop, pool.Run([]() -> int { throw 42; })), int);
  EXPECT_EQ(*Await(loop, pool.Run([] { return std::make_unique<int>(3); })), 3) << "and goes on";
}

TEST(BlockingPoolTest, WorksForManyCoresAtOnce) {
  Runtime runtime(3);
  BlockingPool pool("test", 4, 10'000);
  std::atomic<int> sum{0};
  std::atomic<int> left{600};
  for (int i = 0; i < 600; ++i) {
    Spawn(runtime.executor(runtime.NextCore()), "work",
          [](Runtime& all, BlockingPool& shared, std::atomic<int>& total, std::atomic<int>& open,
             int value) -> awaitable<void> {
            total += co_await shared.Run([value] { return value; });
            if (--open == 0) all.Stop();
          }(runtime, pool, sum, left, i));
  }
  runtime.Run(30s);
  EXPECT_EQ(sum, 600 * 599 / 2);
}

TEST(BlockingPoolTest, AFullQueueSaysWhenToComeBack) {
  asio::io_context& loop = LastingLoop();
  BlockingPool pool("test", 1, 0);
  try {
    Await(loop, pool.Run([] {}));
    FAIL() << "there was no room";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
    EXPECT_EQ(error.retry_after(), 1s);
  }
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
  never.Set({});      // lets go of the step, which would wait for ever
}

TEST(RuntimeTest, ASignalIsARequestToEnd) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Runtime runtime(2);
    bool stepped = false;
    runtime.OnShutdown("step", [&stepped]() -> awaitable<void> {
      stepped = true;
      co_return;
    });
    asio::post(runtime.core(1), [signal] { std::raise(signal); });
    runtime.Run(10s);
    EXPECT_TRUE(stepped) << signal;
  }
}

TEST(RuntimeTest, ASecondSignalEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        Runtime runtime(1);
        runtime.OnShutdown("stuck", []() -> awaitable<void> {
          std::raise(SIGTERM);
          co_await Promise<Nothing>().Wait();
        });
        asio::post(runtime.core(0), [] { std::raise(SIGTERM); });
        runtime.Run(1h);
      },
      ::testing::ExitedWithCode(1), "");
}

TEST(RuntimeTest, StepsFollowOneAnotherAndMaySleep) {
  Runtime runtime(1);
  std::vector<std::string> events;
  for (const char* name : {"second", "first"}) {
    runtime.OnShutdown(name, [&events, name]() -> awaitable<void> {
      events.push_back(std::string(name) + " begins");
      co_await Sleep(5ms);
      events.push_back(std::string(name) + " ends");
    });
  }
  runtime.Stop();
  runtime.Stop();  // is one end all the same
  runtime.Run(10s);
  EXPECT_THAT(events, ElementsAre("first begins", "first ends", "second begins", "second ends"));
}

TEST(RuntimeTest, CoresAreGivenInTurn) {
  Runtime runtime(3);
  EXPECT_EQ(runtime.cores(), 3);
  std::vector<std::size_t> given;
  for (int i = 0; i < 6; ++i) given.push_back(runtime.NextCore());
  EXPECT_THAT(given, ElementsAre(0, 1, 2, 0, 1, 2));
  EXPECT_GE(Runtime(0).cores(), 1);
}

TEST(SpawnTest, LogsWhatIsThrown) {
  ::testing::internal::CaptureStderr();
  log::Start("test", log::Level::kInfo);
  asio::io_context loop;
  Spawn(loop.get_executor(), "failing", []() -> awaitable<void> {
    throw Error(ErrorKind::kConflict, "taken", "Somebody has it.");
    co_return;
  }());
  Spawn(loop.get_executor(), "strange", []() -> awaitable<void> {
    throw 42;
    co_return;
  }());
  Spawn(loop.get_executor(), "fine", []() -> awaitable<void> { co_return; }());
  loop.run();
  const std::string lines = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(lines, ::testing::HasSubstr(R"("work":"failing","error":"taken: Somebody has it.")"));
  EXPECT_THAT(lines, ::testing::HasSubstr(R"("work":"strange")"));
  EXPECT_THAT(lines, ::testing::Not(::testing::HasSubstr("fine")));
}

TEST(SleepTest, LastsAsLongAsItSays) {
  const auto begun = std::chrono::steady_clock::now();
  Await(LastingLoop(), Sleep(20ms));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 20ms);
}

TEST(SleepTest, CanBeCancelled) {
  asio::io_context& loop = LastingLoop();
  asio::cancellation_signal cancel;
  std::string code;
  bool done = false;
  asio::co_spawn(loop, Sleep(1h),
                 asio::bind_cancellation_slot(cancel.slot(), [&](const std::exception_ptr& error) {
                   code = Describe(error);
                   done = true;
                 }));
  asio::post(loop, [&cancel] { cancel.emit(asio::cancellation_type::terminal); });
  loop.restart();
  while (!done) loop.run_one();
  EXPECT_THAT(code, ::testing::StartsWith("cancelled: "));
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
