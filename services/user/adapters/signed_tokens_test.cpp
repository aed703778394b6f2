#include "services/user/adapters/signed_tokens.h"

#include <gmock/gmock.h>

#include "platform/base/error.h"

namespace descant::user::adapters {
namespace {

using namespace std::chrono_literals;
using ::testing::MatchesRegex;

std::string CodeOfVerify(const SignedTokens& tokens, const std::string& text, TimePoint now) {
  try {
    tokens.Verify(text, now);
  } catch (const Error& error) {
    return error.code();
  }
  return "";
}

class SignedTokensTest : public ::testing::Test {
 protected:
  const SignedTokens tokens{"a secret of the tests, 32 bytes or more"};
  const TimePoint now{std::chrono::seconds(1'900'000'000)};
  const app::AccessToken token{
      .user_id = UserId::New(), .session_id = SessionId::New(), .issued_at = now, .expires_at = now + 15min};
};

TEST_F(SignedTokensTest, CarriesUserSessionAndTimes) {
  const app::AccessToken read = tokens.Verify(tokens.Sign(token), now);
  EXPECT_EQ(read.user_id, token.user_id);
  EXPECT_EQ(read.session_id, token.session_id);
  EXPECT_EQ(read.issued_at, token.issued_at);
  EXPECT_EQ(read.expires_at, token.expires_at);
}

TEST_F(SignedTokensTest, RefusesExpiredForeignAndChangedTokens) {
  const std::string text = tokens.Sign(token);
  EXPECT_EQ(CodeOfVerify(tokens, text, now + 15min - 1s), "");
  EXPECT_EQ(CodeOfVerify(tokens, text, now + 15min), "token_expired");
  EXPECT_EQ(CodeOfVerify(SignedTokens("another secret, also of 32 bytes or more"), text, now),
            "token_invalid");
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(CodeOfVerify(tokens, changed, now), "") << i;
  }
}

TEST_F(SignedTokensTest, RefreshTokensAreRandomAndOnlyTheirHashTellsThem) {
  const app::RefreshToken first = tokens.NewRefreshToken();
  const app::RefreshToken second = tokens.NewRefreshToken();
  EXPECT_THAT(first.text, MatchesRegex("[A-Za-z0-9_-]{43}"));
  EXPECT_THAT(first.hash.hex, MatchesRegex("[0-9a-f]{64}"));
  EXPECT_NE(first.text, second.text);
  EXPECT_EQ(tokens.HashOf(first.text).hex, first.hash.hex);
  EXPECT_EQ(CodeOfVerify(tokens, first.text, now), "token_invalid");
}

}  // namespace
}  // namespace descant::user::adapters
