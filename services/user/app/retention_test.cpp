#include "services/user/app/retention.h"

#include <gmock/gmock.h>

#include "services/user/testing/await.h"
#include "services/user/testing/service.h"

namespace descant::user::app {
namespace {

using testing::Await;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(RetentionTest, ForgetsWhatIsOverHoweverMuchItIs) {
  testing::Service service;
  const SignedIn ada =
      Await(service.authentication.Register({.email = "a@example.org", .password = "12345678", .name = "A"}));
  for (int i = 0; i < 2500; ++i) {
    const Session session{.id = SessionId::New(),
                          .user_id = ada.user.id,
                          .created_at = service.now,
                          .expires_at = service.now + std::chrono::days(1)};
    Await(service.sessions.Start(session, 1, {"token " + std::to_string(i)}));
    service.tables.Note(ada.user.id, ChangeKind::kSessions);
    service.tables.changes.back().at = service.now;
  }
  Retention retention(service.sessions, service.changes, [&] { return service.now; });

  service.now += std::chrono::hours(23);
  Await(retention.Purge());
  EXPECT_THAT(service.tables.sessions, SizeIs(2501));
  EXPECT_THAT(service.tables.changes, SizeIs(2500));

  service.now += std::chrono::hours(1);
  Await(retention.Purge());
  EXPECT_THAT(service.tables.sessions, SizeIs(1));
  EXPECT_THAT(service.tables.tokens, SizeIs(1));

  service.now += std::chrono::days(30);
  Await(retention.Purge());
  EXPECT_THAT(service.tables.sessions, IsEmpty());
  EXPECT_THAT(service.tables.changes, SizeIs(1)) << "the last one says where the feed stands";
}

}  // namespace
}  // namespace descant::user::app
