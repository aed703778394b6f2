#include "services/user/adapters/repositories_under_test.h"

namespace descant::user::adapters {
namespace {

using namespace std::chrono_literals;
using Use = Sessions::Use;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::SizeIs;

class SessionsTest : public RepositoriesTest {};

INSTANTIATE_TEST_SUITE_P(, SessionsTest, ::testing::ValuesIn(Implementations()),
                         [](const auto& parameter) { return parameter.param.name; });

TEST_P(SessionsTest, StartsASessionOnlyForThePasswordThatWasChecked) {
  const UserId ada = AddAccount("ada@example.org").user.id;
  const Session session{.id = SessionId::New(), .user_id = ada, .created_at = now, .expires_at = now + 1h};
  EXPECT_FALSE(Await(sessions.Start(session, 2, Token("1"))));
  Session of_nobody = session;
  of_nobody.user_id = UserId::New();
  EXPECT_FALSE(Await(sessions.Start(of_nobody, 1, Token("2"))));
  EXPECT_FALSE(IsAlive(session.id, ada));
  EXPECT_FALSE(Rotate("1", "3"));
  EXPECT_TRUE(Await(sessions.Start(session, 1, Token("1"))));
  EXPECT_TRUE(IsAlive(session.id, ada));
}

TEST_P(SessionsTest, ASessionIsItsUsersUntilItExpires) {
  const Account ada = AddAccount("ada@example.org");
  const UserId bob = AddAccount("bob@example.org").user.id;
  const SessionId session = Start(ada.user.id, "1");
  EXPECT_THAT(Await(sessions.FindUser(session, ada.user.id, now)), Optional(ada.user));
  EXPECT_FALSE(Await(sessions.FindUser(session, bob, now)));
  EXPECT_FALSE(Await(sessions.FindUser(SessionId::New(), ada.user.id, now)));
  EXPECT_TRUE(Await(sessions.FindUser(session, ada.user.id, now + 1h - 1us)));
  EXPECT_FALSE(Await(sessions.FindUser(session, ada.user.id, now + 1h)));
}

TEST_P(SessionsTest, ListsThoseThatAreAlive) {
  const UserId ada = AddAccount("ada@example.org").user.id;
  Start(AddAccount("bob@example.org").user.id, "bob's");
  const SessionId first = Start(ada, "1");
  Start(ada, "2");
  Session other{.id = SessionId::New(),
                .user_id = ada,
                .created_at = now,
                .expires_at = now + 2h,
                .agent = "Radio/1.0"};
  EXPECT_TRUE(Await(sessions.Start(other, 1, Token("3"))));
  EXPECT_THAT(Await(sessions.List(ada, now)), SizeIs(3));
  now += 30min;
  Rotate("1", "4");
  now += 45min;  // the second one has expired
  const std::vector<LiveSession> live = Await(sessions.List(ada, now));
  ASSERT_THAT(live, SizeIs(2));
  EXPECT_EQ(live[0].session.id, first);
  EXPECT_EQ(live[0].last_used_at, now - 45min);
  EXPECT_EQ(live[1].session.id, other.id);
  EXPECT_EQ(live[1].session.agent, "Radio/1.0");
  EXPECT_EQ(live[1].session.created_at, now - 75min);
  EXPECT_THAT(Await(sessions.List(UserId::New(), now)), IsEmpty());
}

TEST_P(SessionsTest, EndsOnlySessionsOfTheirUser) {
  const UserId ada = AddAccount("ada@example.org").user.id;
  const UserId bob = AddAccount("bob@example.org").user.id;
  const SessionId session = Start(ada, "1");
  EXPECT_FALSE(Await(sessions.EndOf(session, bob, now)));
  EXPECT_FALSE(Await(sessions.EndOf(SessionId::New(), ada, now)));
  EXPECT_TRUE(IsAlive(session, ada));
  EXPECT_TRUE(Await(sessions.EndOf(session, ada, now)));
  EXPECT_FALSE(IsAlive(session, ada));
  EXPECT_FALSE(Await(sessions.EndOf(session, ada, now))) << "it is over";
  EXPECT_THAT(NotedChanges(), ElementsAre(std::pair(ada, ChangeKind::kSessions)));
}

TEST_P(SessionsTest, ATokenRotatesOnceAndMovesTheEnd) {
  const Account ada = AddAccount("ada@example.org");
  const SessionId session = Start(ada.user.id, "1");
  now += 30min;
  const auto renewed = Rotate("1", "2");
  ASSERT_TRUE(renewed);
  EXPECT_EQ(renewed->id, session);
  EXPECT_EQ(renewed->user, ada.user);
  EXPECT_FALSE(Rotate("1", "3"));
  EXPECT_FALSE(Rotate("3", "4")) << "a refused rotation leaves no token";
  now += 59min;
  EXPECT_TRUE(IsAlive(session, ada.user.id));
  EXPECT_TRUE(Rotate("2", "5"));
  now += 1h;
  EXPECT_FALSE(Rotate("5", "6")) << "expired";
  EXPECT_THAT(NotedChanges(), IsEmpty());
}

TEST_P(SessionsTest, EndsASessionOfAReusedToken) {
  const UserId ada = AddAccount("ada@example.org").user.id;
  const SessionId session = Start(ada, "1");
  EXPECT_EQ(EndIfReused("1", now), Use::kNever);
  EXPECT_EQ(EndIfReused("unknown", now), Use::kNever);
  EXPECT_TRUE(IsAlive(session, ada));
  Rotate("1", "2");
  EXPECT_EQ(EndIfReused("1", now - 1ms), Use::kJustNow);
  EXPECT_TRUE(IsAlive(session, ada));
  EXPECT_EQ(EndIfReused("1", now), Use::kEarlier);
  EXPECT_FALSE(IsAlive(session, ada));
  EXPECT_FALSE(Rotate("2", "3"));
  EXPECT_EQ(EndIfReused("2", now), Use::kNever) << "it never worked";
  EXPECT_EQ(EndIfReused("1", now - 1ms), Use::kEarlier) << "its session is over";
  EXPECT_THAT(NotedChanges(), ElementsAre(std::pair(ada, ChangeKind::kSessions)));
}

TEST_P(SessionsTest, EndsSessionsByIdAndByToken) {
  const UserId ada = AddAccount("ada@example.org").user.id;
  const SessionId first = Start(ada, "1");
  const SessionId second = Start(ada, "2");
  Await(sessions.End(SessionId::New(), now));
  Await(sessions.End(first, now));
  Await(sessions.End(first, now));
  EXPECT_FALSE(IsAlive(first, ada));
  EXPECT_FALSE(Rotate("1", "3"));
  EXPECT_TRUE(IsAlive(second, ada));
  EXPECT_FALSE(Await(sessions.EndByToken(Token("unknown"), now)));
  EXPECT_TRUE(Await(sessions.EndByToken(Token("2"), now)));
  EXPECT_FALSE(IsAlive(second, ada));
  const std::pair ended(ada, ChangeKind::kSessions);
  EXPECT_THAT(NotedChanges(), ElementsAre(ended, ended));
}

TEST_P(SessionsTest, PurgesSessionsThatAreOver) {
  const UserId ada = AddAccount("ada@example.org").user.id;
  const auto start = [&](const std::string& token, std::chrono::hours lifetime) {
    const Session session{
        .id = SessionId::New(), .user_id = ada, .created_at = now, .expires_at = now + lifetime};
    EXPECT_TRUE(Await(sessions.Start(session, 1, Token(token))));
    return session.id;
  };
  start("1", 1h);
  start("2", 2h);
  const SessionId ended = start("3", 100h);
  const SessionId alive = start("4", 100h);
  Await(sessions.End(ended, now));
  EXPECT_EQ(Await(sessions.Purge(now, 10)), 0u);
  EXPECT_EQ(Await(sessions.Purge(now + 1h, 10)), 1u);
  EXPECT_EQ(Await(sessions.Purge(now + 24h, 1)), 1u);
  EXPECT_EQ(Await(sessions.Purge(now + 24h, 10)), 1u) << "the other, and the limit was kept";
  EXPECT_FALSE(Await(sessions.EndByToken(Token("3"), now))) << "its tokens went with it";
  EXPECT_TRUE(IsAlive(alive, ada));
  EXPECT_THAT(NotedChanges(), SizeIs(1)) << "purging is no change";
}

}  // namespace
}  // namespace descant::user::adapters
