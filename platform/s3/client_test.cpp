// What the client does when S3 does not answer as it should. What it does when it does:
// platform/storage/s3_test.cpp.
#include "platform/s3/client.h"

#include <gmock/gmock.h>

#include "platform/base/error.h"
#include "tests/support/await.h"
#include "tests/support/scripted_server.h"
#include "tests/support/servers.h"

namespace descant::s3 {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using tests::Await;
using tests::CodeOf;
using tests::HttpAnswer;
using tests::ScriptedServer;

std::string ErrorXml(const std::string& code) {
  return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>m</Message></Error>";
}

class ClientTest : public ::testing::Test {
 protected:
  Client& At(const std::string& url, Addressing addressing = Addressing::kPath) {
    client_ = std::make_unique<Client>(BucketSettings{.endpoint = url,
                                                      .region = "us-east-1",
                                                      .bucket = "bucket",
                                                      .addressing = addressing,
                                                      .attempts = 3,
                                                      .first_pause = 1ms},
                                       transfers_, keeper_);
    return *client_;
  }
  awaitable<void> Put(Client& client) {
    return client.Put("key", transfer::FromBytes("123456789"), DigestOf("123456789", client.integrity()), {});
  }

  asio::io_context& loop_ = tests::LastingLoop();
  transfer::Transfers transfers_;
  CredentialKeeper keeper_{{.access_key = "AKID", .secret_key = "secret"}, transfers_};
  std::unique_ptr<Client> client_;
};

TEST_F(ClientTest, TriesAgainWhatMayPass) {
  const std::vector<std::string> failures{HttpAnswer(500, ""),
                                          HttpAnswer(503, ErrorXml("SlowDown")),
                                          HttpAnswer(429, "<html>not xml"),
                                          HttpAnswer(400, ErrorXml("RequestTimeout")),
                                          HttpAnswer(409, ErrorXml("OperationAborted")),
                                          ""};
  for (const std::string& failure : failures) {
    ScriptedServer server(
        [&](const std::string&, std::size_t before) { return before < 2 ? failure : HttpAnswer(200, ""); });
    EXPECT_EQ(CodeOf(loop_, Put(At(server.url()))), "") << failure;
    EXPECT_THAT(server.requests(), SizeIs(3));
  }
}

TEST_F(ClientTest, GivesUpInTheEnd) {
  ScriptedServer busy([](const std::string&, std::size_t) { return HttpAnswer(503, ErrorXml("SlowDown")); });
  EXPECT_EQ(CodeOf(loop_, Put(At(busy.url()))), "storage_unavailable");
  EXPECT_THAT(busy.requests(), SizeIs(3));
  ScriptedServer cutting([](const std::string&, std::size_t) { return ""; });
  EXPECT_EQ(CodeOf(loop_, Put(At(cutting.url()))), "storage_unavailable");
  EXPECT_THAT(cutting.requests(), SizeIs(3));
}

TEST_F(ClientTest, DoesNotRepeatWhatIsRefused) {
  for (const auto& [answer, code] :
       {std::pair{HttpAnswer(403, ErrorXml("AccessDenied")), "storage_unavailable"},
        {HttpAnswer(401, "<!DOCTYPE html><html>who are you</html>"), "storage_unavailable"},
        {HttpAnswer(404, ErrorXml("NoSuchBucket")), "storage_unavailable"},
        {HttpAnswer(404, ErrorXml("NoSuchUpload")), "upload_not_found"},
        {HttpAnswer(404, ErrorXml("NoSuchKey")), "object_not_found"},
        {HttpAnswer(301, ErrorXml("PermanentRedirect"), "Location: http://127.0.0.1:1/\r\n"),
         "storage_unavailable"}}) {
    ScriptedServer server([&](const std::string&, std::size_t) { return answer; });
    EXPECT_EQ(CodeOf(loop_, Put(At(server.url()))), code) << answer;
    EXPECT_THAT(server.requests(), SizeIs(1));
  }
}

TEST_F(ClientTest, EachAttemptIsSignedAnew) {
  ScriptedServer server(
      [](const std::string&, std::size_t before) { return HttpAnswer(before == 0 ? 500 : 200, ""); });
  EXPECT_EQ(CodeOf(loop_, Put(At(server.url()))), "");
  for (const std::string& request : server.requests()) {
    EXPECT_THAT(request, StartsWith("PUT /bucket/key HTTP/1.1\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKID/"));
    EXPECT_THAT(request, HasSubstr("\r\nX-Amz-Content-Sha256: 15e2b0d3c33891ebb0f1ef609ec419420c20e320"));
    EXPECT_THAT(request, Not(HasSubstr("X-Amz-Checksum-")));
  }
}

TEST_F(ClientTest, OverTlsBodiesGoWithAChecksum) {
  ScriptedServer server([](const std::string& request, std::size_t) {
    return HttpAnswer(
        200,
        request.starts_with("POST /bucket/key?uploads=")
            ? "<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>"
            : "",
        std::string("ETag: \"etag\"\r\n") +
            (request.contains("partNumber=1") ? "X-Amz-Checksum-Crc32: y/Q5Jg==\r\n" : ""));
  });
  tests::TlsFront front(server.port());
  transfer::Transfers transfers({.ca_file = front.ca_file()});
  CredentialKeeper keeper({.access_key = "AKID", .secret_key = "secret"}, transfers);
  BucketSettings settings{.endpoint = front.url(),
                          .region = "us-east-1",
                          .bucket = "bucket",
                          .addressing = Addressing::kPath,
                          .attempts = 1};
  Client client(settings, transfers, keeper);
  ASSERT_EQ(client.integrity(), Integrity::kChecksum);
  EXPECT_EQ(CodeOf(loop_, Put(client)), "");
  const std::string id = Await(loop_, client.BeginParts("key", {}, PartSender::kPutPart));
  std::vector<Part> parts;
  for (const int number : {1, 2}) {
    parts.push_back(Await(loop_, client.PutPart("key", id, number, transfer::FromBytes("123456789"),
                                                DigestOf("123456789", client.integrity()))));
  }
  EXPECT_EQ(CodeOf(loop_, client.FinishParts("key", id, parts)), "");
  Await(loop_, client.BeginParts("key", {}, PartSender::kHoldersOfUrls));
  ASSERT_THAT(server.requests(), SizeIs(6));
  for (const int body : {0, 2, 3}) {
    EXPECT_THAT(server.requests()[body], HasSubstr("\r\nX-Amz-Content-Sha256: UNSIGNED-PAYLOAD\r\n"));
    EXPECT_THAT(server.requests()[body], HasSubstr("\r\nX-Amz-Checksum-Crc32: y/Q5Jg==\r\n"));
    EXPECT_THAT(server.requests()[body], HasSubstr(";x-amz-checksum-crc32;")) << "it is signed";
  }
  EXPECT_THAT(server.requests()[1], HasSubstr("\r\nX-Amz-Checksum-Algorithm: CRC32\r\n"));
  EXPECT_THAT(server.requests()[4],
              HasSubstr("<Part><PartNumber>1</PartNumber><ETag>&quot;etag&quot;</ETag>"
                        "<ChecksumCRC32>y/Q5Jg==</ChecksumCRC32></Part>"
                        "<Part><PartNumber>2</PartNumber><ETag>&quot;etag&quot;</ETag></Part>"))
      << "only what the service says that it keeps";
  EXPECT_THAT(server.requests()[5], Not(HasSubstr("X-Amz-Checksum-"))) << "browsers send none";
  settings.checksums = false;
  EXPECT_EQ(Client(settings, transfers, keeper).integrity(), Integrity::kSignedHash);
}

TEST_F(ClientTest, ADownloadDoesNotMixTwoObjects) {
  const auto taken = std::make_shared<std::string>();
  ScriptedServer server([](const std::string& request, std::size_t before) -> std::string {
    if (request.starts_with("HEAD ")) return "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nETag: \"a\"\r\n\r\n";
    if (before == 1) return "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234";
    return HttpAnswer(412, ErrorXml("PreconditionFailed"));
  });
  EXPECT_EQ(CodeOf(loop_, At(server.url()).Get("key", [taken](std::string_view bytes) { *taken += bytes; })),
            "storage_unavailable");
  EXPECT_EQ(*taken, "01234");
  ASSERT_THAT(server.requests(), SizeIs(3)) << "what was replaced is not asked for again";
  EXPECT_THAT(server.requests()[2], HasSubstr("\r\nRange: bytes=5-\r\n"));
  EXPECT_THAT(server.requests()[2], HasSubstr("\r\nIf-Match: \"a\"\r\n"));
}

TEST_F(ClientTest, MoreThanTheObjectHasIsRefused) {
  const auto taken = std::make_shared<std::string>();
  ScriptedServer server([](const std::string& request, std::size_t) -> std::string {
    if (request.starts_with("HEAD ")) return "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nETag: \"a\"\r\n\r\n";
    return HttpAnswer(200, "01234");
  });
  EXPECT_EQ(CodeOf(loop_, At(server.url()).Get("key", [taken](std::string_view bytes) { *taken += bytes; })),
            "storage_unavailable");
  EXPECT_EQ(*taken, "");
  EXPECT_THAT(server.requests(), SizeIs(2));
}

TEST_F(ClientTest, CompletingMayFailInItsBody) {
  ScriptedServer server([](const std::string&, std::size_t before) {
    return before == 0 ? HttpAnswer(200, "\n" + ErrorXml("InternalError"))
                       : HttpAnswer(200, "<CompleteMultipartUploadResult/>");
  });
  EXPECT_EQ(CodeOf(loop_, At(server.url()).FinishParts("key", "id", {{1, 5, "etag"}})), "");
  EXPECT_THAT(server.requests(), SizeIs(2));
  EXPECT_THAT(server.requests()[0],
              HasSubstr("<Part><PartNumber>1</PartNumber><ETag>&quot;etag&quot;</ETag></Part>"));
}

TEST_F(ClientTest, CompletingAgainWhatIsCompleteIsFine) {
  ScriptedServer server([](const std::string& request, std::size_t) -> std::string {
    if (request.starts_with("HEAD ")) return HttpAnswer(200, "");
    return request.contains("uploadId=done") ? HttpAnswer(404, ErrorXml("NoSuchUpload")) : "";
  });
  EXPECT_EQ(CodeOf(loop_, At(server.url()).FinishParts("key", "done", {{1, 5, "etag"}})), "");
}

TEST_F(ClientTest, ListsPageByPage) {
  ScriptedServer server([](const std::string& request, std::size_t) {
    const bool second = request.contains("continuation-token=next%20page");
    return HttpAnswer(200, std::string("<ListBucketResult><IsTruncated>") + (second ? "false" : "true") +
                               "</IsTruncated><Contents><Key>" + (second ? "b" : "a+%C3%BC%2B") +
                               "</Key></Contents><NextContinuationToken>next page</NextContinuationToken>"
                               "</ListBucketResult>");
  });
  EXPECT_THAT(Await(loop_, At(server.url()).List("")), ::testing::ElementsAre("a ü+", "b"));
}

TEST_F(ClientTest, DeletesAThousandAtATimeAndTellsWhatStays) {
  ScriptedServer server([](const std::string&, std::size_t before) {
    return HttpAnswer(
        200, before < 2
                 ? "<DeleteResult/>"
                 : "<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code></Error></DeleteResult>");
  });
  EXPECT_EQ(CodeOf(loop_, At(server.url()).Delete(std::vector<std::string>(1001, "a<b"))), "");
  ASSERT_THAT(server.requests(), SizeIs(2));
  EXPECT_THAT(server.requests()[1], HasSubstr("<Object><Key>a&lt;b</Key></Object></Delete>"));
  EXPECT_THAT(server.requests()[1], HasSubstr("\r\nContent-MD5: "));
  EXPECT_EQ(CodeOf(loop_, client_->Delete({"a"})), "storage_unavailable");
}

TEST_F(ClientTest, AnswersThatAreNoListsAreRefused) {
  ScriptedServer server([](const std::string&, std::size_t) { return HttpAnswer(200, "<html></html>"); });
  EXPECT_EQ(CodeOf(loop_, At(server.url()).List("")), "storage_unavailable");
  EXPECT_EQ(CodeOf(loop_, client_->BeginParts("key", {}, PartSender::kPutPart)), "storage_unavailable");
  EXPECT_EQ(CodeOf(loop_, client_->ListParts("key", "id")), "storage_unavailable");
  EXPECT_EQ(CodeOf(loop_, client_->ListUnfinished("")), "storage_unavailable");
}

TEST_F(ClientTest, Addresses) {
  const auto url = [this](const std::string& endpoint, Addressing addressing) {
    const std::string signed_url = At(endpoint, addressing).Presign("GET", "a b/ü", {}, {}, 60s).url;
    return signed_url.substr(0, signed_url.find('?'));
  };
  EXPECT_EQ(url("https://s3.eu-central-1.amazonaws.com", Addressing::kVirtualHost),
            "https://bucket.s3.eu-central-1.amazonaws.com/a%20b/%C3%BC");
  EXPECT_EQ(url("http://127.0.0.1:9000", Addressing::kPath), "http://127.0.0.1:9000/bucket/a%20b/%C3%BC");
  EXPECT_EQ(url("https://h:443/below", Addressing::kPath), "https://h/below/bucket/a%20b/%C3%BC");
}

TEST_F(ClientTest, SignedUrlsEndWithTheCredentials) {
  const TimePoint end = std::chrono::floor<std::chrono::seconds>(Now()) + 100s;
  ScriptedServer server([end](const std::string&, std::size_t) {
    return HttpAnswer(200, R"({"AccessKeyId":"k","SecretAccessKey":"s","Token":"t","Expiration":")" +
                               FormatRfc3339(end) + R"("})");
  });
  CredentialKeeper temporary({.container_uri = server.url()}, transfers_);
  const Client client({.endpoint = "https://h", .region = "r", .bucket = "b"}, transfers_, temporary);
  EXPECT_EQ(client.Presign("GET", "key", {}, {}, 1h).expires_at, end);
  EXPECT_LT(client.Presign("GET", "key", {}, {}, 10s).expires_at, end);
}

}  // namespace
}  // namespace descant::s3
