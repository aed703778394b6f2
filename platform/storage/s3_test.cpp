#include "platform/storage/s3.h"

#include <atomic>

#include <gmock/gmock.h>

#include "platform/s3/signature.h"
#include "platform/storage/conformance.h"
#include "platform/token/crypto.h"
#include "tests/support/faulty_proxy.h"
#include "tests/support/s3_server.h"
#include "tests/support/scripted_server.h"
#include "tests/support/servers.h"

namespace descant::storage {
namespace {

using namespace std::chrono_literals;
using tests::Await;
using tests::CodeOf;
using tests::S3Server;

const s3::CredentialSettings kCredentials{.access_key = S3Server::kAccessKey,
                                          .secret_key = S3Server::kSecretKey};

std::string NewBucket(transfer::Transfers& transfers) {
  const std::string name = "test-" + token::HexEncode(token::RandomBytes(8));
  const std::string endpoint = S3Server::Shared().endpoint();
  s3::Request request{.method = "PUT", .host = endpoint.substr(7), .path = "/" + name};
  s3::Sign(request, {.access_key = kCredentials.access_key, .secret_key = kCredentials.secret_key},
           {.region = S3Server::kRegion}, Now(), token::HexEncode(token::Sha256("")));
  const auto response = transfers.RunHere({.method = "PUT",
                                           .url = endpoint + request.path,
                                           .headers = request.headers,
                                           .body = transfer::FromBytes("")});
  if (response.status != 200) throw std::runtime_error("no bucket: " + response.body);
  return name;
}

struct S3 {
  runtime::BlockingPool pool{"storage", 2, 1000};
  transfer::Transfers transfers;
  std::string bucket = NewBucket(transfers);

  std::unique_ptr<Storage> Open(const std::string& endpoint, transfer::Settings settings = {}) {
    return OpenS3({.bucket = {.endpoint = endpoint,
                              .region = S3Server::kRegion,
                              .bucket = bucket,
                              .addressing = s3::Addressing::kPath,
                              .first_pause = 1ms},
                   .credentials = kCredentials,
                   .transfers = settings,
                   .key = std::string(32, 'k')},
                  pool);
  }
};

StorageUnderTest OpenInBucket() {
  auto s3 = std::make_shared<S3>();
  auto storage = s3->Open(S3Server::Shared().endpoint());
  const auto put = [s3](const UploadGrant& grant, const std::string& bytes) {
    const auto response = s3->transfers.RunHere(
        {.method = "PUT", .url = grant.url, .headers = grant.headers, .body = transfer::FromBytes(bytes)});
    ASSERT_EQ(response.status, 200) << response.body;
  };
  return {.keep = s3, .storage = std::move(storage), .put = put};
}

INSTANTIATE_TEST_SUITE_P(S3, StorageConformance, ::testing::Values(Driver{"s3", OpenInBucket}),
                         [](const auto& test) { return test.param.name; });

class S3Test : public ::testing::Test {
 protected:
  // Sends as a client would, who knows nothing but the URL and the headers.
  transfer::Response Send(const std::string& method, const std::string& url, transfer::Headers headers = {},
                          const std::string& body = "") {
    transfer::Request request{.method = method, .url = url, .headers = std::move(headers)};
    if (method == "PUT") request.body = transfer::FromBytes(body);
    return s3_.transfers.RunHere(std::move(request));
  }
  std::filesystem::path LargeFile(std::size_t size) {
    const auto path = folder_.path() / "large";
    std::ofstream out(path, std::ios::binary);
    std::string block(1 << 20, '\0');
    for (std::size_t done = 0; done < size; done += block.size()) {
      for (std::size_t i = 0; i < block.size(); i += 64) block[i] = static_cast<char>((done >> 20) + i * 7);
      out.write(block.data(), static_cast<std::streamsize>(std::min(block.size(), size - done)));
    }
    return path;
  }
  static std::string HashOf(const std::filesystem::path& path) {
    token::Sha256Hash hash;
    std::ifstream in(path, std::ios::binary);
    std::string block(1 << 20, '\0');
    while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
      hash.Add(std::string_view(block).substr(0, static_cast<std::size_t>(in.gcount())));
    }
    return token::HexEncode(hash.Finish());
  }

  asio::io_context& loop_ = tests::LastingLoop();
  tests::TemporaryFolder folder_;
  S3 s3_;
  std::unique_ptr<Storage> storage_ = s3_.Open(S3Server::Shared().endpoint());
};

TEST_F(S3Test, ClientsUploadByASignedUrl) {
  const UploadGrant grant =
      storage_->SignUpload({.key = "uploads/c/ü b", .size = 5, .content_type = "audio/wav", .lifetime = 1h});
  EXPECT_EQ(Send("PUT", grant.url, grant.headers, "12345").status, 200);
  EXPECT_EQ(Await(loop_, storage_->Read("uploads/c/ü b")), "12345");
}

TEST_F(S3Test, ASignedUrlTakesJustWhatItWasMadeFor) {
  const UploadGrant grant =
      storage_->SignUpload({.key = "uploads/c/k", .size = 5, .content_type = "audio/wav", .lifetime = 1h});
  EXPECT_EQ(Send("PUT", grant.url, grant.headers, "123456").status, 403) << "another length";
  EXPECT_EQ(Send("PUT", grant.url, {{"Content-Type", "text/html"}}, "12345").status, 403) << "another type";
  EXPECT_EQ(Send("GET", grant.url).status, 403) << "another method";
  std::string elsewhere = grant.url;
  elsewhere.replace(elsewhere.find("/c/k"), 4, "/d/k");
  EXPECT_EQ(Send("PUT", elsewhere, grant.headers, "12345").status, 403) << "another key";
  std::string forged = grant.url;
  forged.back() = forged.back() == '0' ? '1' : '0';
  EXPECT_EQ(Send("PUT", forged, grant.headers, "12345").status, 403) << "another signature";
  EXPECT_FALSE(Await(loop_, storage_->Head("uploads/c/k")));
}

TEST_F(S3Test, ASignedUrlEnds) {
  const UploadGrant grant =
      storage_->SignUpload({.key = "uploads/c/k", .size = 5, .content_type = "audio/wav", .lifetime = 1s});
  while (Now() < grant.expires_at + 1s) std::this_thread::sleep_until(grant.expires_at + 1s);
  EXPECT_EQ(Send("PUT", grant.url, grant.headers, "12345").status, 403);
}

TEST_F(S3Test, PlaybackIsServedByTheCdnOrTheGateway) {
  const PlaybackRequest request{.prefix = "media/c/j/1", .file = "master.m3u8", .origin = "https://h"};
  EXPECT_THAT(
      storage_->SignPlayback(request).url,
      ::testing::MatchesRegex("https://h/api/v1/media/[0-9]+\\.3\\.[A-Za-z0-9_-]+/c/j/1/master\\.m3u8"));
  const auto with_cdn = OpenS3({.bucket = {.endpoint = "https://s3"},
                                .credentials = kCredentials,
                                .key = std::string(32, 'k'),
                                .cdn = "https://d1.cloudfront.net"},
                               s3_.pool);
  EXPECT_THAT(with_cdn->SignPlayback(request).url, ::testing::StartsWith("https://d1.cloudfront.net/media/"));
}

TEST_F(S3Test, LargeFilesGoInPartsAndComeBackWhole) {
  const auto file = LargeFile((std::size_t{80} << 20) + 12345);
  Await(loop_, storage_->Upload(file, "large", {.content_type = "video/mp4"}));
  const auto back = folder_.path() / "back";
  Await(loop_, storage_->Download("large", back));
  EXPECT_EQ(HashOf(back), HashOf(file));
}

TEST_F(S3Test, ADownloadThatIsCutGoesOn) {
  const auto file = LargeFile(std::size_t{8} << 20);
  Await(loop_, storage_->Upload(file, "object", {}));
  tests::FaultyProxy proxy(S3Server::Shared().port());
  const auto storage = s3_.Open(proxy.url());
  proxy.CutDownloads(1'000'000, 4);
  const auto back = folder_.path() / "back";
  Await(loop_, storage->Download("object", back));
  EXPECT_EQ(proxy.cuts(), 4);
  EXPECT_EQ(HashOf(back), HashOf(file));
}

TEST_F(S3Test, NothingStaysOfADownloadThatFails) {
  tests::ScriptedServer server([](const std::string&, std::size_t before) -> std::string {
    if (before == 0) return "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nETag: \"a\"\r\n\r\n";
    if (before == 1) return "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234";
    return tests::HttpAnswer(412, "");  // it was replaced
  });
  const auto back = folder_.path() / "back";
  EXPECT_EQ(CodeOf(loop_, s3_.Open(server.url())->Download("object", back)), "storage_unavailable");
  EXPECT_THAT(server.requests(), ::testing::SizeIs(3));
  EXPECT_FALSE(std::filesystem::exists(back));
}

TEST_F(S3Test, FilesMoveOverTls) {
  const tests::TlsFront front(S3Server::Shared().port());
  EXPECT_EQ(CodeOf(loop_, s3_.Open(front.url(), {.connect_timeout = 1s})->Write("object", "x", {})),
            "storage_unavailable")
      << "nobody vouches for this certificate";
  const auto storage = s3_.Open(front.url(), {.ca_file = front.ca_file()});
  EXPECT_EQ(CodeOf(loop_, storage->Write("small", "bytes", {})), "");
  EXPECT_EQ(Await(loop_, storage_->Read("small")), "bytes");
  for (const std::size_t size : {std::size_t{1} << 20, (std::size_t{70} << 20) + 1}) {
    const auto file = LargeFile(size);
    Await(loop_, storage->Upload(file, "large", {}));
    const auto back = folder_.path() / "back";
    Await(loop_, storage->Download("large", back));
    EXPECT_EQ(HashOf(back), HashOf(file));
  }
}

TEST_F(S3Test, OtherBytesThanWereMeantAreRefused) {
  s3::CredentialKeeper keeper(kCredentials, s3_.transfers);
  s3::BucketSettings bucket{.endpoint = S3Server::Shared().endpoint(),
                            .region = S3Server::kRegion,
                            .bucket = s3_.bucket,
                            .addressing = s3::Addressing::kPath,
                            .attempts = 1};
  s3::Client plain(bucket, s3_.transfers, keeper);
  const auto send = [this](s3::Client& client) {
    return CodeOf(loop_, client.Put("object", transfer::FromBytes("sent"),
                                    s3::DigestOf("meant", client.integrity()), {}));
  };
  EXPECT_EQ(send(plain), "storage_unavailable");
  EXPECT_FALSE(Await(loop_, storage_->Head("object")));
  const tests::TlsFront front(S3Server::Shared().port());
  transfer::Transfers trusting({.ca_file = front.ca_file()});
  bucket.endpoint = front.url();
  s3::Client by_tls(bucket, trusting, keeper);
  const std::string code = send(by_tls);
  if (code.empty()) GTEST_SKIP() << "this server does not know CRC-32 (Swift does from 2.35 on)";
  EXPECT_EQ(code, "storage_unavailable");
  EXPECT_FALSE(Await(loop_, storage_->Head("object")));
}

TEST_F(S3Test, AnUploadThatIsCutIsSentAgain) {
  tests::FaultyProxy proxy(S3Server::Shared().port());
  const auto storage = s3_.Open(proxy.url());
  proxy.CutUploads(1'000'000, 2);
  const auto file = LargeFile(std::size_t{4} << 20);
  Await(loop_, storage->Upload(file, "object", {}));
  EXPECT_EQ(proxy.cuts(), 2);
  const auto back = folder_.path() / "back";
  Await(loop_, storage_->Download("object", back));
  EXPECT_EQ(HashOf(back), HashOf(file));
}

TEST_F(S3Test, PartsThatAreCutAreSentAgain) {
  tests::FaultyProxy proxy(S3Server::Shared().port());
  const auto storage = s3_.Open(proxy.url());
  proxy.CutUploads(5'000'000, 2);
  const auto file = LargeFile((std::size_t{70} << 20) + 1);
  Await(loop_, storage->Upload(file, "object", {}));
  EXPECT_EQ(proxy.cuts(), 2);
  EXPECT_EQ(Await(loop_, storage_->Head("object"))->size, (std::int64_t{70} << 20) + 1);
}

TEST_F(S3Test, AServerThatStallsIsGivenUp) {
  tests::FaultyProxy proxy(S3Server::Shared().port());
  const auto storage = s3_.Open(proxy.url(), {.stall_timeout = 1s});
  proxy.Hold();
  EXPECT_EQ(CodeOf(loop_, storage->Write("object", "x", {})), "storage_unavailable");
}

TEST_F(S3Test, AServerThatIsSlowIsWaitedFor) {
  tests::FaultyProxy proxy(S3Server::Shared().port());
  const auto storage = s3_.Open(proxy.url(), {.stall_timeout = 1s});
  proxy.Slow(25ms);  // 64 blocks: longer than a stall may last
  const auto file = LargeFile(std::size_t{1} << 20);
  Await(loop_, storage->Upload(file, "object", {}));
  const auto back = folder_.path() / "back";
  Await(loop_, storage->Download("object", back));
  EXPECT_EQ(HashOf(back), HashOf(file));
  EXPECT_EQ(proxy.cuts(), 0);
}

TEST_F(S3Test, WrongCredentialsAreNoAbsence) {
  s3::CredentialSettings wrong = kCredentials;
  wrong.secret_key += "x";
  const auto storage = OpenS3({.bucket = {.endpoint = S3Server::Shared().endpoint(),
                                          .region = S3Server::kRegion,
                                          .bucket = s3_.bucket,
                                          .addressing = s3::Addressing::kPath},
                               .credentials = wrong},
                              s3_.pool);
  EXPECT_EQ(CodeOf(loop_, storage->Read("absent")), "storage_unavailable");
  EXPECT_EQ(CodeOf(loop_, storage->Head("absent")), "storage_unavailable");
  EXPECT_EQ(CodeOf(loop_, storage->List("")), "storage_unavailable");
}

}  // namespace
}  // namespace descant::storage
