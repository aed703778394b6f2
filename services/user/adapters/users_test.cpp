#include "services/user/adapters/repositories_under_test.h"

namespace descant::user::adapters {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;
using ::testing::UnorderedElementsAre;

class UsersTest : public RepositoriesTest {};

INSTANTIATE_TEST_SUITE_P(, UsersTest, ::testing::ValuesIn(Implementations()),
                         [](const auto& parameter) { return parameter.param.name; });

TEST_P(UsersTest, FindsWhatWasAdded) {
  const Account ada = AddAccount("Ada@Example.org");
  const Account bob = AddAccount("bob@example.org");
  EXPECT_THAT(Await(users.Find(ada.user.id)), Optional(ada.user));
  EXPECT_EQ(Await(users.Find(UserId::New())), std::nullopt);
  EXPECT_THAT(Await(users.FindMany({bob.user.id, UserId::New(), ada.user.id, ada.user.id})),
              UnorderedElementsAre(ada.user, bob.user));
  EXPECT_THAT(Await(users.FindMany({})), IsEmpty());
  EXPECT_FALSE(Await(users.FindAccount(UserId::New())));
  const auto account = Await(users.FindAccount(ada.user.id));
  ASSERT_TRUE(account);
  EXPECT_EQ(account->user, ada.user);
  EXPECT_EQ(account->password_hash, "hash");
  EXPECT_EQ(account->password_version, 1);
  EXPECT_THAT(NotedChanges(), IsEmpty());
}

TEST_P(UsersTest, ComparesAddressesWithoutRegardToCase) {
  const Account ada = AddAccount("Ada@Example.org");
  const auto found = Await(users.FindAccountByEmail("aDA@eXAMPLE.ORG"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user, ada.user) << "stored as typed";
  EXPECT_FALSE(Await(users.FindAccountByEmail("da@example.org")));
  Account other = ada;
  other.user.id = UserId::New();
  other.user.email = "ADA@EXAMPLE.ORG";
  EXPECT_EQ(CodeOf(users.Add(other)), "email_taken");
  EXPECT_FALSE(Await(users.Find(other.user.id)));
}

TEST_P(UsersTest, UpdatesWhatIsSet) {
  const Account ada = AddAccount("ada@example.org");
  AddAccount("bob@example.org");
  User expected = ada.user;
  expected.name = "Countess";
  EXPECT_THAT(Await(users.Update(ada.user.id, {.name = "Countess"})), Optional(expected));
  expected.email = "ADA@example.org";
  EXPECT_THAT(Await(users.Update(ada.user.id, {.email = "ADA@example.org"})), Optional(expected));
  EXPECT_THAT(Await(users.Update(ada.user.id, {})), Optional(expected));
  EXPECT_EQ(CodeOf(users.Update(ada.user.id, {.email = "BOB@example.org", .name = "x"})), "email_taken");
  EXPECT_THAT(Await(users.Find(ada.user.id)), Optional(expected));
  EXPECT_EQ(Await(users.Update(UserId::New(), {.name = "x"})), std::nullopt);
  const std::pair profile(ada.user.id, ChangeKind::kProfile);
  EXPECT_THAT(NotedChanges(), ElementsAre(profile, profile)) << "only what changed something";
}

TEST_P(UsersTest, ANewPasswordEndsTheOtherSessions) {
  const UserId ada = AddAccount("ada@example.org").user.id;
  const UserId bob = AddAccount("bob@example.org").user.id;
  const SessionId kept = Start(ada, "1");
  const SessionId second = Start(ada, "2");
  const SessionId third = Start(ada, "3");
  const SessionId of_bob = Start(bob, "4");
  EXPECT_FALSE(Await(users.ChangePassword(ada, 2, "x", kept, now))) << "of another version";
  EXPECT_FALSE(Await(users.ChangePassword(UserId::New(), 1, "x", kept, now)));
  EXPECT_THAT(NotedChanges(), IsEmpty());
  EXPECT_TRUE(Await(users.ChangePassword(ada, 1, "new", kept, now)));
  EXPECT_TRUE(IsAlive(kept, ada));
  EXPECT_FALSE(IsAlive(second, ada));
  EXPECT_FALSE(IsAlive(third, ada));
  EXPECT_TRUE(IsAlive(of_bob, bob));
  EXPECT_THAT(NotedChanges(), ElementsAre(std::pair(ada, ChangeKind::kSessions))) << "one for all";
  const auto account = Await(users.FindAccount(ada));
  EXPECT_EQ(account->password_hash, "new");
  EXPECT_EQ(account->password_version, 2);
}

TEST_P(UsersTest, RehashesOnlyWhatItRead) {
  const UserId ada = AddAccount("ada@example.org").user.id;
  Await(users.Rehash(ada, "other", "x"));
  EXPECT_EQ(Await(users.FindAccount(ada))->password_hash, "hash");
  Await(users.Rehash(ada, "hash", "better"));
  EXPECT_EQ(Await(users.FindAccount(ada))->password_hash, "better");
  EXPECT_EQ(Await(users.FindAccount(ada))->password_version, 1);
  EXPECT_THAT(NotedChanges(), IsEmpty());
}

TEST_P(UsersTest, RemovesAUserWithTheirSessions) {
  const UserId ada = AddAccount("ada@example.org").user.id;
  const SessionId session = Start(ada, "1");
  Rotate("1", "2");
  Await(users.Remove(ada));
  EXPECT_FALSE(Await(users.Find(ada)));
  EXPECT_FALSE(IsAlive(session, ada));
  EXPECT_FALSE(Rotate("2", "3"));
  EXPECT_EQ(EndIfReused("1", now), Sessions::Use::kNever);
  Await(users.Remove(ada));
  EXPECT_THAT(NotedChanges(), ElementsAre(std::pair(ada, ChangeKind::kDeleted)));
  AddAccount("ada@example.org");
}

}  // namespace
}  // namespace descant::user::adapters
