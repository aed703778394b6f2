#include "platform/postgres/listener.h"

#include "platform/postgres/database_under_test.h"

namespace descant::postgres {
namespace {

using ::testing::ElementsAre;

constexpr Query kNotify{"notify", "SELECT pg_notify($1, $2)"};
constexpr const char* kOdd = "Odd \"channel\"";

class ListenerTest : public DatabaseUnderTest {
 protected:
  ~ListenerTest() override { listener_.reset(); }

  void Listen() {
    listener_ = std::make_unique<Listener>(
        context_.get_executor(), server().connection(), std::vector<std::string>{"news", kOdd},
        [this](const std::string& channel, const std::string& payload) { Hear(channel, payload); },
        [this] { ++connections_; });
    UntilConnected(1);
  }
  virtual void Hear(const std::string& channel, const std::string& payload) {
    heard_.push_back(channel + ":" + payload);
    if (payload == "throw") throw Error(ErrorKind::kInternal, "wrong", "");
    if (payload == "stop") listener_.reset();
  }
  void UntilConnected(int times) {
    tests::RunUntil(context_, [&] { return connections_ >= times; });
  }
  void UntilHeard(std::size_t count) {
    tests::RunUntil(context_, [&] { return heard_.size() >= count; });
  }

  std::unique_ptr<Listener> listener_;
  std::vector<std::string> heard_;
  int connections_ = 0;
};

TEST_F(ListenerTest, HearsWhatOthersSay) {
  Listen();
  Run(kNotify, "news", "one");
  Run(kNotify, kOdd, "two");
  Run(kNotify, "olds", "nothing");
  Run(kNotify, "news", "");
  UntilHeard(3);
  EXPECT_THAT(heard_, ElementsAre("news:one", std::string(kOdd) + ":two", "news:"));
}

TEST_F(ListenerTest, HearsAcrossReconnects) {
  Listen();
  Run(kNotify, "news", "first");
  UntilHeard(1);
  server().Stop();
  server().Start();
  UntilConnected(2);
  tests::RunUntil(context_, [&] { return CodeOf(kNotify, "news", "second").empty(); });
  UntilHeard(2);
  EXPECT_THAT(heard_, ElementsAre("news:first", "news:second"));
}

TEST_F(ListenerTest, GoesOnWhenItsOwnerFails) {
  Listen();
  Run(kNotify, "news", "throw");
  Run(kNotify, "news", "more");
  UntilHeard(2);
  EXPECT_EQ(connections_, 1);
}

TEST_F(ListenerTest, CanBeStoppedWhileItTells) {
  Listen();
  Run({"notify_twice", "SELECT pg_notify('news', 'stop'), pg_notify('news', 'too late')"});
  UntilHeard(1);
  Run(kNotify, "news", "too late");
  EXPECT_THAT(heard_, ElementsAre("news:stop"));
}

TEST_F(ListenerTest, CanGoBeforeItIsConnected) {
  listener_ = std::make_unique<Listener>(
      context_.get_executor(), server().connection(), std::vector<std::string>{"news"},
      [](const std::string&, const std::string&) {}, [this] { ++connections_; });
  context_.poll_one();
  listener_.reset();
  context_.restart();
  context_.run();
  EXPECT_EQ(connections_, 0);
}

}  // namespace
}  // namespace descant::postgres
