#include "services/user/adapters/argon2_hasher.h"

#include <latch>

#include <gmock/gmock.h>

#include "platform/base/error.h"
#include "services/user/testing/await.h"

namespace descant::user::adapters {
namespace {

using testing::Await;
using testing::CodeOf;
using ::testing::StartsWith;

constexpr Argon2Settings kFast{.memory_kib = 64, .iterations = 1};

TEST(Argon2HasherTest, VerifiesWhatItHashed) {
  runtime::BlockingPool pool("test", 1, 4);
  Argon2Hasher hasher(kFast, pool);
  const std::string hash = Await(hasher.Hash("correct horse"));
  EXPECT_THAT(hash, StartsWith("$argon2id$v=19$m=64,t=1,p=1$"));
  EXPECT_TRUE(Await(hasher.Verify("correct horse", hash)));
  EXPECT_FALSE(Await(hasher.Verify("correct horsf", hash)));
  EXPECT_FALSE(Await(hasher.Verify("", hash)));
  EXPECT_NE(Await(hasher.Hash("correct horse")), hash) << "each hash has a salt of its own";
}

TEST(Argon2HasherTest, VerifiesAKnownPhcString) {
  runtime::BlockingPool pool("test", 1, 4);
  Argon2Hasher hasher(kFast, pool);
  // From the test vectors of the reference implementation (test.c, Argon2id, version 0x13).
  const std::string known =
      "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
  EXPECT_TRUE(Await(hasher.Verify("password", known)));
  EXPECT_TRUE(hasher.IsOutdated(known));
}

TEST(Argon2HasherTest, DefaultsAreThoseOfTheDesign) {
  runtime::BlockingPool pool("test", 1, 4);
  Argon2Hasher hasher({}, pool);
  EXPECT_THAT(hasher.Decoy(), StartsWith("$argon2id$v=19$m=12288,t=3,p=1$"));
}

TEST(Argon2HasherTest, TheDecoyIsAHashLikeAnyOther) {
  runtime::BlockingPool pool("test", 1, 4);
  Argon2Hasher hasher(kFast, pool);
  EXPECT_FALSE(hasher.IsOutdated(hasher.Decoy()));
  EXPECT_FALSE(Await(hasher.Verify("guess", hasher.Decoy())));
}

TEST(Argon2HasherTest, OtherParametersAreOutdated) {
  runtime::BlockingPool pool("test", 1, 4);
  Argon2Hasher hasher(kFast, pool);
  Argon2Hasher stronger({.memory_kib = 128, .iterations = 1}, pool);
  const std::string hash = Await(hasher.Hash("correct horse"));
  EXPECT_FALSE(hasher.IsOutdated(hash));
  EXPECT_TRUE(stronger.IsOutdated(hash));
  EXPECT_TRUE(Await(stronger.Verify("correct horse", hash))) << "a hash carries its own parameters";
}

TEST(Argon2HasherTest, ADamagedHashIsAFailureNotAWrongPassword) {
  runtime::BlockingPool pool("test", 1, 4);
  Argon2Hasher hasher(kFast, pool);
  EXPECT_THROW(Await(hasher.Verify("x", "$argon2id$damaged")), std::runtime_error);
}

TEST(Argon2HasherTest, AFullQueueIsRefusedAtOnce) {
  asio::io_context context;
  runtime::BlockingPool pool("test", 1, 1);
  Argon2Hasher hasher(kFast, pool);
  std::latch begun(1);
  std::latch release(1);
  int done = 0;
  const auto occupy = [&](bool first) -> awaitable<void> {
    co_await pool.Run([&begun, &release, first] {
      if (first) begun.count_down();
      release.wait();
    });
    ++done;
  };
  const auto end = [](std::exception_ptr error) { EXPECT_FALSE(error); };
  asio::co_spawn(context, occupy(true), end);
  context.poll();
  begun.wait();  // the thread is busy
  asio::co_spawn(context, occupy(false), end);
  context.poll();  // the queue is full
  EXPECT_EQ(CodeOf(hasher.Verify("x", hasher.Decoy())), "overloaded");
  EXPECT_EQ(CodeOf(hasher.Hash("x")), "overloaded");
  release.count_down();
  context.run();
  EXPECT_EQ(done, 2);
}

}  // namespace
}  // namespace descant::user::adapters
