// The corpus of hostile files, each through the whole conversion: it ends in a typed failure, in bounded
// time, and nothing was fetched or read but the file itself.
#include <iostream>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "services/conversion/tests/hostile_files.h"

namespace descant::conversion::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;

// Notices when somebody opens a file, from whatever namespace.
class Guard {
 public:
  explicit Guard(const fs::path& file) : events_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    if (inotify_add_watch(events_, file.c_str(), IN_OPEN | IN_ACCESS) < 0) ADD_FAILURE() << "cannot watch";
  }
  ~Guard() { close(events_); }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  bool seen() const {
    char event[4096];
    return read(events_, event, sizeof event) > 0;
  }

 private:
  int events_;
};

class Listener {
 public:
  Listener() { acceptor_.non_blocking(true); }
  int port() const { return acceptor_.local_endpoint().port(); }
  bool called() {
    boost::system::error_code error;
    boost::asio::ip::tcp::socket socket(context_);
    acceptor_.accept(socket, error);
    return !error;
  }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
};

class Hostile : public ::testing::TestWithParam<HostileFile> {
 protected:
  Studio studio_{{}, {.probe_deadline = 10s, .encode_deadline = 5s}};
  Listener listener_;
  const fs::path secret_ = studio_.Write("secret.mp4", Made(studio_, "song.mp4", "-f lavfi -i sine=d=1"));
  const Guard guard_{secret_};
};

TEST_P(Hostile, EndsTypedAndReachesNothing) {
  const HostileFile& hostile = GetParam();
  const fs::path file = hostile.make(studio_, Bait{.file = secret_, .port = listener_.port()});
  ASSERT_FALSE(guard_.seen());
  const app::Job job = studio_.NewJob(file, hostile.kind);
  try {
    studio_.Run(job);
    EXPECT_EQ(hostile.converts, HostileFile::kMayConvert) << "was converted";
    std::cout << hostile.name << ": converted\n";
  } catch (const Failure& failure) {
    EXPECT_THAT(hostile.ends, Contains(failure.code())) << failure.detail();
    EXPECT_TRUE(failure.detail().ends_with('.')) << failure.detail();
    // What somebody may be listening to already is the sweeper's to remove.
    if (studio_.events.playable.empty()) {
      EXPECT_FALSE(fs::exists(studio_.PathOf(job.target_prefix))) << "something was left";
    }
    std::cout << hostile.name << ": " << failure.detail() << "\n";
  }
  EXPECT_TRUE(studio_.scratch_empty());
  EXPECT_EQ(studio_.running_transcoders(), 0);
  EXPECT_FALSE(guard_.seen()) << "the secret was opened";
  EXPECT_FALSE(listener_.called()) << "something was fetched";
}

std::string NameOf(const ::testing::TestParamInfo<HostileFile>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Disguises, Hostile, ::testing::ValuesIn(testing::Disguises()), NameOf);
INSTANTIATE_TEST_SUITE_P(Bombs, Hostile, ::testing::ValuesIn(testing::Bombs()), NameOf);
INSTANTIATE_TEST_SUITE_P(Lies, Hostile, ::testing::ValuesIn(testing::Lies()), NameOf);

// That the guards would notice: the same disguise, opened by FFmpeg as it comes.
TEST(HostileGuards, NoticeWhatTheyAreThereFor) {
  Studio studio;
  Listener listener;
  const fs::path secret = studio.Make("secret.mp4", "-f lavfi -i sine=d=1");
  const Guard guard(secret);
  const fs::path list = studio.Write("list.mp4", "ffconcat version 1.0\nfile '" + secret.string() + "'\n");
  const Shell reading("ffprobe -v error -f concat -safe 0 " + list.string());
  EXPECT_TRUE(guard.seen()) << reading.output;
  const Shell fetching("timeout 3 ffprobe -v error http://127.0.0.1:" + std::to_string(listener.port()) +
                       "/a");
  EXPECT_TRUE(listener.called()) << fetching.output;
}

}  // namespace
}  // namespace descant::conversion::testing
