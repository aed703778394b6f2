// What is kept, for how long, and how much of it.
#include "services/content/http/rendered_contents.h"

#include <gmock/gmock.h>

namespace descant::content::http {
namespace {

using namespace std::chrono_literals;
using domain::ContentId;
using domain::Revision;
using ::testing::Field;
using ::testing::Pointee;

const TimePoint kNow{1000h};
const TimePoint kLater = kNow + 1h;

RenderedContents::Entry Text(std::string text) {
  return std::make_shared<const RenderedContent>(RenderedContent{std::move(text), domain::UserId::New()});
}

auto IsText(const std::string& text) { return Pointee(Field(&RenderedContent::json, text)); }

TEST(RenderedContentsTest, KeepsEachRevisionOfEachContent) {
  RenderedContents rendered(100'000);
  const ContentId a = ContentId::New();
  const ContentId b = ContentId::New();
  rendered.Keep({a, 1}, Text("a, first"), kLater);
  rendered.Keep({a, 2}, Text("a, second"), kLater);
  rendered.Keep({b, 1}, Text("b, first"), kLater);
  EXPECT_THAT(rendered.Find({a, 1}, kNow), IsText("a, first"));
  EXPECT_THAT(rendered.Find({a, 2}, kNow), IsText("a, second"));
  EXPECT_THAT(rendered.Find({b, 1}, kNow), IsText("b, first"));
  EXPECT_EQ(rendered.Find({b, 2}, kNow), nullptr);
}

TEST(RenderedContentsTest, ForgetsWhatIsNoLongerGoodAndTakesItAnew) {
  RenderedContents rendered(100'000);
  const Revision revision{ContentId::New(), 1};
  rendered.Keep(revision, Text("old links"), kLater);
  EXPECT_EQ(rendered.Find(revision, kLater), nullptr);
  rendered.Keep(revision, Text("new links"), kLater + 1h);
  EXPECT_THAT(rendered.Find(revision, kLater), IsText("new links"));
}

TEST(RenderedContentsTest, StaysWithinItsCapacityAndKeepsWhatIsAskedFor) {
  constexpr std::size_t kCapacity = 64 * 1024;
  RenderedContents rendered(kCapacity);
  const Revision popular{ContentId::New(), 1};
  rendered.Keep(popular, Text("popular"), kLater);
  Revision first{ContentId::New(), 1};
  rendered.Keep(first, Text(std::string(1000, '1')), kLater);
  for (int i = 0; i < 1000; ++i) {
    rendered.Keep({ContentId::New(), 1}, Text(std::string(1000, 'x')), kLater);
    ASSERT_LE(rendered.bytes(), kCapacity);
    ASSERT_THAT(rendered.Find(popular, kNow), IsText("popular")) << i;
  }
  EXPECT_GT(rendered.bytes(), kCapacity / 4);
  EXPECT_EQ(rendered.Find(first, kNow), nullptr) << "nobody asked for it";
}

TEST(RenderedContentsTest, CountsWhatIsTakenAnewOnce) {
  RenderedContents rendered(64 * 1024);
  const Revision revision{ContentId::New(), 1};
  rendered.Keep(revision, Text(std::string(1000, 'x')), kLater);
  const std::size_t bytes = rendered.bytes();
  for (int i = 0; i < 100; ++i) rendered.Keep(revision, Text(std::string(1000, 'y')), kLater);
  EXPECT_EQ(rendered.bytes(), bytes);
}

TEST(RenderedContentsTest, DoesNotKeepWhatIsTooLarge) {
  RenderedContents rendered(64 * 1024);
  const Revision small{ContentId::New(), 1};
  const Revision large{ContentId::New(), 1};
  rendered.Keep(small, Text("small"), kLater);
  rendered.Keep(large, Text(std::string(40 * 1024, 'x')), kLater);
  EXPECT_EQ(rendered.Find(large, kNow), nullptr);
  EXPECT_NE(rendered.Find(small, kNow), nullptr);
}

}  // namespace
}  // namespace descant::content::http
