// Against the vectors that AWS publishes: the examples of the S3 API reference ("Authenticating Requests")
// and the Signature Version 4 test suite.
#include "platform/s3/signature.h"

#include <gmock/gmock.h>

#include "platform/token/crypto.h"

namespace descant::s3 {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

const Credentials kExample{.access_key = "AKIAIOSFODNN7EXAMPLE",
                           .secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
const Scope kScope{.region = "us-east-1"};
const TimePoint kThen = *ParseRfc3339("2013-05-24T00:00:00Z");
const std::string kEmptyHash = token::HexEncode(token::Sha256(""));

std::string SignatureOf(Request request, std::string_view payload_hash) {
  request.host = "examplebucket.s3.amazonaws.com";
  Sign(request, kExample, kScope, kThen, payload_hash);
  const std::string& value = request.headers.back().second;
  return value.substr(value.rfind('=') + 1);
}

TEST(SignatureTest, S3GetObject) {
  EXPECT_EQ(SignatureOf({.path = "/test.txt", .headers = {{"Range", "bytes=0-9"}}}, kEmptyHash),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(SignatureTest, S3PutObject) {
  EXPECT_EQ(SignatureOf({.method = "PUT",
                         .path = "/test%24file.text",
                         .headers = {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                                     {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}},
                        token::HexEncode(token::Sha256("Welcome to Amazon S3."))),
            "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(SignatureTest, S3GetBucketLifecycle) {
  EXPECT_EQ(SignatureOf({.path = "/", .query = {{"lifecycle", ""}}}, kEmptyHash),
            "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST(SignatureTest, S3ListObjects) {
  EXPECT_EQ(SignatureOf({.path = "/", .query = {{"prefix", "J"}, {"max-keys", "2"}}}, kEmptyHash),
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(SignatureTest, S3PresignedUrl) {
  const std::string query = PresignedQuery({.host = "examplebucket.s3.amazonaws.com", .path = "/test.txt"},
                                           kExample, kScope, kThen, std::chrono::seconds(86400));
  EXPECT_EQ(
      query,
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F"
      "aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
      "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

// The test suite signs for a service "service", with a secret and a time of its own.
std::string SuiteAuthorization(Request request) {
  request.host = "example.amazonaws.com";
  if (request.path.empty()) request.path = "/";
  request.headers.emplace_back("X-Amz-Date", "20150830T123600Z");
  return Authorization(
      request, {.access_key = "AKIDEXAMPLE", .secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"},
      {.region = "us-east-1", .service = "service"}, *ParseRfc3339("2015-08-30T12:36:00Z"), kEmptyHash);
}

TEST(SignatureTest, SuiteGetVanilla) {
  EXPECT_EQ(SuiteAuthorization({}),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            "SignedHeaders=host;x-amz-date, "
            "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST(SignatureTest, SuiteGetVanillaQueryOrder) {
  EXPECT_THAT(SuiteAuthorization({.query = {{"Param2", "value2"}, {"Param1", "value1"}}}),
              EndsWith("Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"));
}

TEST(SignatureTest, SuitePostVanilla) {
  EXPECT_THAT(SuiteAuthorization({.method = "POST"}),
              EndsWith("Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"));
}

TEST(SignatureTest, SuiteGetHeaderKeyDuplicate) {
  EXPECT_THAT(
      SuiteAuthorization(
          {.headers = {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}}}),
      EndsWith("Signature=c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"));
}

TEST(SignatureTest, SuiteGetHeaderValueTrim) {
  EXPECT_THAT(SuiteAuthorization({.headers = {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}}}),
              EndsWith("Signature=acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"));
}

TEST(SignatureTest, TemporaryCredentialsShowTheirToken) {
  Credentials temporary = kExample;
  temporary.session_token = "token/with+signs=";
  Request request{.host = "h", .path = "/"};
  EXPECT_THAT(PresignedQuery(request, temporary, kScope, kThen, std::chrono::seconds(60)),
              HasSubstr("&X-Amz-Security-Token=token%2Fwith%2Bsigns%3D&"));
  Sign(request, temporary, kScope, kThen, kEmptyHash);
  EXPECT_THAT(request.headers.back().second, HasSubstr("x-amz-date;x-amz-security-token"));
  EXPECT_THAT(SuiteAuthorization({}), Not(HasSubstr("security-token")));
}

TEST(SignatureTest, PresignedHeadersAreBinding) {
  const Request request{.method = "PUT",
                        .host = "h",
                        .path = "/key",
                        .headers = {{"Content-Type", "audio/wav"}, {"Content-Length", "42"}}};
  const std::string query = PresignedQuery(request, kExample, kScope, kThen, std::chrono::seconds(60));
  EXPECT_THAT(query, HasSubstr("X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost"));
  Request longer = request;
  longer.headers[1].second = "43";
  EXPECT_NE(PresignedQuery(longer, kExample, kScope, kThen, std::chrono::seconds(60)), query);
}

}  // namespace
}  // namespace descant::s3
