#include "services/user/adapters/repositories_under_test.h"

namespace descant::user::adapters {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ChangesTest : public RepositoriesTest {};

INSTANTIATE_TEST_SUITE_P(, ChangesTest, ::testing::ValuesIn(Implementations()),
                         [](const auto& parameter) { return parameter.param.name; });

TEST_P(ChangesTest, ChangesAreInOrderAndBounded) {
  EXPECT_EQ(Await(changes.Last()), 0);
  const UserId ada = AddAccount("ada@example.org").user.id;
  for (int i = 0; i < 5; ++i) Await(users.Update(ada, {.name = "name " + std::to_string(i)}));
  const std::vector<Change> all = Await(changes.After(0, 100));
  ASSERT_THAT(all, SizeIs(5));
  EXPECT_TRUE(std::ranges::is_sorted(all, {}, &Change::sequence));
  EXPECT_EQ(Await(changes.Last()), all.back().sequence);
  EXPECT_THAT(Await(changes.After(all[1].sequence, 2)), ElementsAre(all[2], all[3]));
  EXPECT_THAT(Await(changes.After(all.back().sequence, 2)), IsEmpty());
}

TEST_P(ChangesTest, PurgingChangesKeepsTheLast) {
  const UserId ada = AddAccount("ada@example.org").user.id;
  for (int i = 0; i < 5; ++i) Await(users.Update(ada, {.name = "name " + std::to_string(i)}));
  const std::int64_t last = Await(changes.Last());
  EXPECT_EQ(Await(changes.Purge(Now() - 1h, 10)), 0u);
  EXPECT_EQ(Await(changes.Purge(Now() + 1h, 3)), 3u);
  EXPECT_EQ(Await(changes.Purge(Now() + 1h, 3)), 1u);
  EXPECT_EQ(Await(changes.Purge(Now() + 1h, 3)), 0u);
  EXPECT_EQ(Await(changes.Last()), last);
  EXPECT_THAT(Await(changes.After(0, 10)), SizeIs(1));
}

}  // namespace
}  // namespace descant::user::adapters
