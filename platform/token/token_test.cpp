#include <gmock/gmock.h>

#include "platform/base/error.h"
#include "platform/token/crypto.h"
#include "platform/token/edge_token.h"
#include "platform/token/jwt.h"

namespace descant::token {
namespace {

using namespace std::chrono_literals;

TEST(CryptoTest, AgreesWithPublishedVectors) {
  EXPECT_EQ(HexEncode(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HexEncode(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  // RFC 4231, test cases 1, 6 and 2
  EXPECT_EQ(HexEncode(HmacSha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(HexEncode(HmacSha256(std::string(131, '\xaa'),
                                 "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(HexEncode(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(CryptoTest, Base64Url) {
  // RFC 4648 section 10, without padding
  EXPECT_EQ(Base64UrlEncode(""), "");
  EXPECT_EQ(Base64UrlEncode("f"), "Zg");
  EXPECT_EQ(Base64UrlEncode("fo"), "Zm8");
  EXPECT_EQ(Base64UrlEncode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(Base64UrlEncode("\xFB\xFF"), "-_8");
  for (const std::size_t size : {0, 1, 2, 3, 31, 32, 33}) {
    const std::string bytes = RandomBytes(size);
    EXPECT_EQ(Base64UrlDecode(Base64UrlEncode(bytes)), bytes);
  }
  for (const char* text : {"Z", "Zg==", "Zm9v+", "Zm 9v", "Zh", "Zm9"}) {
    EXPECT_EQ(Base64UrlDecode(text), std::nullopt) << text << " is not the one text of any value";
  }
}

TEST(CryptoTest, RandomBytesDiffer) {
  EXPECT_EQ(RandomBytes(0), "");
  EXPECT_EQ(RandomBytes(16).size(), 16);
  EXPECT_NE(RandomBytes(16), RandomBytes(16));
}

TEST(CryptoTest, ComparesWholeTexts) {
  EXPECT_TRUE(EqualInConstantTime("same", "same"));
  EXPECT_TRUE(EqualInConstantTime("", ""));
  EXPECT_FALSE(EqualInConstantTime("same", "samf"));
  EXPECT_FALSE(EqualInConstantTime("same", "sam"));
  EXPECT_FALSE(EqualInConstantTime("", "s"));
}

class JwtTest : public ::testing::Test {
 protected:
  std::string CodeOf(const std::string& token, TimePoint now) {
    try {
      signer_.Verify(token, now);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUnauthenticated);
      return error.code();
    }
    return "";
  }
  const AccessTokenSigner signer_{std::string(32, 's'), "descant"};
  const TimePoint now_{std::chrono::sys_seconds(1'795'519'251s)};
  const AccessClaims claims_{
      .subject = "user", .session = "session", .issued_at = now_, .expires_at = now_ + 15min};
  const std::string token_ = signer_.Sign(claims_);
};

TEST_F(JwtTest, VerifiesWhatItSigned) {
  const AccessClaims claims = signer_.Verify(token_, now_);
  EXPECT_EQ(claims.subject, "user");
  EXPECT_EQ(claims.session, "session");
  EXPECT_EQ(claims.expires_at, claims_.expires_at);
  EXPECT_EQ(UnverifiedSubject(token_), "user");
  EXPECT_EQ(CodeOf(token_, now_ + 15min - 1s), "");
  EXPECT_EQ(CodeOf(token_, now_ + 15min), "token_expired");
}

TEST_F(JwtTest, CopiesOfAServiceAgree) {
  const AccessTokenSigner copy(std::string(32, 's'), "descant");
  EXPECT_EQ(copy.Verify(token_, now_).subject, "user");
  const AccessTokenSigner other(std::string(32, 't'), "descant");
  EXPECT_THROW(other.Verify(token_, now_), Error);
  const AccessTokenSigner foreign(std::string(32, 's'), "somebody else");
  EXPECT_THROW(foreign.Verify(token_, now_), Error);
}

TEST_F(JwtTest, EveryCharacterCounts) {
  for (std::size_t i = 0; i < token_.size(); ++i) {
    std::string tampered = token_;
    tampered[i] = tampered[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(CodeOf(tampered, now_), "token_invalid") << "at " << i;
  }
}

TEST_F(JwtTest, OtherFormsAreRefused) {
  const std::string body = token_.substr(token_.find('.'), token_.rfind('.') - token_.find('.'));
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), token_ + ".", token_ + "=",
        Base64UrlEncode(R"({"alg":"none","typ":"at+jwt"})") + body + ".",
        Base64UrlEncode(R"({"alg":"EdDSA","typ":"JWT"})") + token_.substr(token_.find('.')),
        Base64UrlEncode(R"({"alg":"HS256","typ":"at+jwt"})") + token_.substr(token_.find('.')),
        std::string(5000, 'a')}) {
    EXPECT_EQ(CodeOf(token, now_), "token_invalid") << token;
  }
  EXPECT_EQ(UnverifiedSubject("a.b.c"), "");
  EXPECT_EQ(UnverifiedSubject(""), "");
}

// What Base64url may hold is checked whatever came before it: bytes above 127, NUL.
TEST_F(JwtTest, StrangeBytesAreRefused) {
  for (const std::string& byte :
       {std::string("\xFF"), std::string("\0", 1), std::string("\n"), std::string(" ")}) {
    EXPECT_EQ(CodeOf(token_ + byte, now_), "token_invalid");
    EXPECT_EQ(CodeOf(byte + token_, now_), "token_invalid");
  }
  EXPECT_EQ(CodeOf(token_ + std::string(2048, 'A'), now_), "token_invalid");
  EXPECT_EQ(UnverifiedSubject(token_ + std::string(2048, 'A')), "");
  const auto claiming = [](std::string_view body) { return "e30." + Base64UrlEncode(body) + ".sig"; };
  EXPECT_EQ(UnverifiedSubject(claiming(R"({"sub":"anybody"})")), "anybody");
  EXPECT_EQ(UnverifiedSubject(claiming(R"({"sub":1})")), "");
  EXPECT_EQ(UnverifiedSubject(claiming(R"([])")), "");
  EXPECT_EQ(UnverifiedSubject(claiming(std::string(1000, '['))), "");
}

// The form of RFC 9068, and a signature that only the private key makes: another text under the same key
// differs.
TEST_F(JwtTest, HasTheStandardForm) {
  const std::size_t dot = token_.find('.');
  EXPECT_EQ(Base64UrlDecode(token_.substr(0, dot)), R"({"alg":"EdDSA","typ":"at+jwt"})");
  EXPECT_EQ(Base64UrlDecode(token_.substr(dot + 1, token_.rfind('.') - dot - 1)),
            R"({"iss":"descant","sub":"user","sid":"session","iat":1795519251,"exp":1795520151})");
  EXPECT_EQ(Base64UrlDecode(token_.substr(token_.rfind('.') + 1))->size(), 64);
}

// Computed with Python: base64url(hmac.new(key, message, sha256)).
TEST(EdgeTokenTest, IsWhatTheEdgeExpects) {
  const std::string key(32, 'k');
  EXPECT_EQ(UploadToken(key, 1795519251, 1764078, "audio/wav", "uploads/c/0123"),
            "1795519251.1764078.qG9r-dKMWGLOT9tp8XI7l__NwQ31fANSCBYGxSdhbm8");
  EXPECT_EQ(PlaybackToken(key, 1795537251, "c/j/1"),
            "1795537251.3.WiSK8ErIoqwQNsNJrPBCJxlyWW8Lo9rldh0cOpmEH5w");
}

}  // namespace
}  // namespace descant::token
