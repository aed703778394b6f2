// Links as local storage signs them.
#include "services/content/app/media_links.h"

#include <gmock/gmock.h>

#include "platform/base/time.h"
#include "platform/runtime/blocking.h"
#include "platform/storage/local.h"
#include "tests/support/temporary_folder.h"

namespace descant::content::app {
namespace {

using namespace std::chrono_literals;
using ::testing::MatchesRegex;

class MediaLinksTest : public ::testing::Test {
 protected:
  tests::TemporaryFolder folder_;
  runtime::BlockingPool pool_{"files", 1, 10};
  std::unique_ptr<storage::Storage> storage_ =
      storage::OpenLocal({.directory = folder_.path(), .key = std::string(32, 'k')}, pool_);
};

TEST_F(MediaLinksTest, NameTheFileBehindWhoeverIsAsked) {
  const MediaLinks links(*storage_, 6h);
  EXPECT_THAT(links.To("media/c/j/1/waveform.json"), MatchesRegex("/media/[^/]+/c/j/1/waveform.json"));
  EXPECT_THAT(links.To("media/c/j/1/cover/large.jpg"), MatchesRegex("/media/[^/]+/c/j/1/cover/large.jpg"));
  EXPECT_EQ(links.To(""), "");
}

// The number in front of the token's first dot is when it ends.
TEST_F(MediaLinksTest, AreGoodForTheirLifetimeAndTheSameForAnHour) {
  const std::string link = MediaLinks(*storage_, 6h).To("media/c/j/1/waveform.json");
  const auto end = std::chrono::seconds(std::stoll(link.substr(link.find('/', 1) + 1)));
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(Now().time_since_epoch());
  EXPECT_GE(end, now + 6h - 1s);
  EXPECT_LE(end, now + 7h + 1s);
  EXPECT_LE(end % 1h, 1s);  // a second that begins while it is signed counts
}

TEST_F(MediaLinksTest, TellUntilWhenTheyAreTheSame) {
  const TimePoint before = Now();
  const TimePoint until = MediaLinks(*storage_, 6h).SameUntil();
  EXPECT_EQ(until.time_since_epoch() % 1h, 0s);
  EXPECT_GE(until, before);
  EXPECT_LE(until, before + 1h + 1s);
}

}  // namespace
}  // namespace descant::content::app
