// Measures the s3 driver against the S3 server of the tests, beside curl: bench/README.md.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include "platform/storage/s3.h"
#include "tests/support/await.h"
#include "tests/support/s3_server.h"
#include "tests/support/servers.h"

namespace descant::storage {
namespace {

using tests::S3Server;
using Clock = std::chrono::steady_clock;

constexpr int kRounds = 6;
const std::string kUnsigned = "-H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' ";

// The disk has what was written before: nobody waits for another's bytes.
double SecondsOf(const std::function<void()>& work) {
  sync();
  const auto begin = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double Median(std::vector<double> of) {
  std::ranges::sort(of);
  return (of[(of.size() - 1) / 2] + of[of.size() / 2]) / 2;
}

double PeakMebibytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

double SecondsOfCurl(const std::string& arguments) {
  const std::string command = std::string("curl -sSf --aws-sigv4 aws:amz:") + S3Server::kRegion +
                              ":s3 --user " + S3Server::kAccessKey + ":" + S3Server::kSecretKey + " " +
                              arguments;
  return SecondsOf([&] {
    if (std::system(command.c_str()) != 0) std::exit(1);
  });
}

std::unique_ptr<Storage> Open(const std::string& endpoint, const std::string& ca_file,
                              runtime::BlockingPool& pool) {
  return OpenS3({.bucket = {.endpoint = endpoint,
                            .region = S3Server::kRegion,
                            .bucket = S3Server::kBucket,
                            .addressing = s3::Addressing::kPath},
                 .credentials = {.access_key = S3Server::kAccessKey, .secret_key = S3Server::kSecretKey},
                 .transfers = {.ca_file = ca_file},
                 .key = std::string(32, 'k')},
                pool);
}

// One transfer by the driver, and by curl.
struct Pair {
  const char* name;
  std::function<void()> ours;
  std::string curl;
  std::vector<double> our_seconds = {};
  std::vector<double> curl_seconds = {};

  // In turn one or the other is first: what comes right after another kind of transfer takes longer.
  void Measure(bool ours_first, double mebibytes) {
    for (const bool mine : {ours_first, !ours_first}) {
      (mine ? our_seconds : curl_seconds).push_back(mine ? SecondsOf(ours) : SecondsOfCurl(curl));
    }
    std::printf("%s: %.0f MiB/s, curl %.0f\n", name, mebibytes / our_seconds.back(),
                mebibytes / curl_seconds.back());
    std::fflush(stdout);
  }
};

int Main(std::int64_t mebibytes) {
  tests::TemporaryFolder folder;
  const std::string file = folder.path() / "file";
  const std::string back = folder.path() / "back";
  {
    std::ofstream out(file, std::ios::binary);
    const std::string block(1 << 20, 'x');
    for (std::int64_t i = 0; i < mebibytes; ++i) out << block;
  }
  S3Server& server = S3Server::Shared();
  const tests::TlsFront tls(server.port());
  runtime::BlockingPool pool("storage", 4, 1000);
  const auto storage = Open(tls.url(), tls.ca_file(), pool);
  const auto plain = Open(server.endpoint(), "", pool);
  asio::io_context& loop = tests::LastingLoop();

  constexpr int kUrls = 20'000;
  const double signing = SecondsOf([&] {
    for (int i = 0; i < kUrls; ++i) {
      static_cast<void>(storage->SignUpload({.key = "uploads/c/k", .size = i, .content_type = "audio/wav"}));
    }
  });
  std::printf("presign: %.1f us\n", signing / kUrls * 1e6);

  const std::string bucket = std::string("/") + S3Server::kBucket + "/";
  const std::string by_tls = "--cacert " + tls.ca_file() + " " + kUnsigned;
  const auto upload = [&](Storage& to) {
    return [&loop, &file, &to] { tests::Await(loop, to.Upload(file, "ours", {})); };
  };
  std::vector<Pair> pairs{
      {"upload", upload(*storage), by_tls + "-T '" + file + "' " + tls.url() + bucket + "curls"},
      // Of the object that the driver put there: the server takes longer over one in parts, whoever asks.
      {"download", [&] { tests::Await(loop, storage->Download("ours", back)); },
       by_tls + "-o '" + back + "' " + tls.url() + bucket + "ours"},
      // Signs the digest, or nothing.
      {"upload without TLS", upload(*plain),
       "-H \"x-amz-content-sha256: $(openssl dgst -sha256 -r '" + file + "' | cut -c1-64)\" -T '" + file +
           "' " + server.endpoint() + bucket + "curls"},
      {"download without TLS", [&] { tests::Await(loop, plain->Download("ours", back)); },
       kUnsigned + "-o '" + back + "' " + server.endpoint() + bucket + "ours"},
      {"upload without TLS, and curl's unsigned", upload(*plain),
       kUnsigned + "-T '" + file + "' " + server.endpoint() + bucket + "curls"}};
  for (int round = 1; round <= kRounds; ++round) {
    for (Pair& pair : pairs) pair.Measure(round % 2 == 0, static_cast<double>(mebibytes));
  }
  std::printf("medians of %d:", kRounds);
  for (const Pair& pair : pairs) {
    std::printf(" %s %.2f of curl;", pair.name, Median(pair.curl_seconds) / Median(pair.our_seconds));
  }
  std::printf(" peak %.0f MiB\n", PeakMebibytes());
  return 0;
}

}  // namespace
}  // namespace descant::storage

int main(int argc, char** argv) { return descant::storage::Main(argc > 1 ? std::atoll(argv[1]) : 1024); }
