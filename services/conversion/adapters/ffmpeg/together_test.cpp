#include "services/conversion/adapters/ffmpeg/together.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "platform/runtime/promise.h"
#include "services/conversion/testing/await.h"

namespace descant::conversion::ffmpeg {
namespace {

using testing::Await;

// Ends only when it is told to.
Work Patient(bool& told) {
  return [&told](Cancellation& cancellation) -> awaitable<void> {
    const runtime::Promise<runtime::Nothing> asked;
    const Cancellation::Listener listener(cancellation, [asked] { asked.Set({}); });
    co_await asked.Wait();
    told = true;
    cancellation.Check();
  };
}

TEST(Together, EndsWhenAllHaveEnded) {
  Cancellation cancellation;
  const runtime::Promise<runtime::Nothing> second_began;
  int ended = 0;
  Await(RunTogether({[&](Cancellation&) -> awaitable<void> {
                       co_await second_began.Wait();  // at once, not one after the other
                       ++ended;
                     },
                     [&](Cancellation&) -> awaitable<void> {
                       second_began.Set({});
                       ++ended;
                       co_return;
                     }},
                    cancellation));
  EXPECT_EQ(ended, 2);
}

TEST(Together, EndsTheOthersWhenOneFails) {
  Cancellation cancellation;
  bool told = false;
  const Work fails = [](Cancellation&) -> awaitable<void> {
    throw std::runtime_error("the first");
    co_return;
  };
  EXPECT_THROW(Await(RunTogether({Patient(told), fails}, cancellation)), std::runtime_error);
  EXPECT_TRUE(told);
  EXPECT_FALSE(cancellation.requested());
}

TEST(Together, EndsWithItsJob) {
  Cancellation cancellation;
  bool told = false;
  bool too = false;
  const Work cancels = [&cancellation](Cancellation&) -> awaitable<void> {
    cancellation.Request();
    co_return;
  };
  EXPECT_THROW(Await(RunTogether({Patient(told), Patient(too), cancels}, cancellation)), Error);
  EXPECT_TRUE(told);
  EXPECT_TRUE(too);
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
