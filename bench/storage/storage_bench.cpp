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

namespace descant::storage {
namespace {

using tests::S3Server;
using Clock = std::chrono::steady_clock;

constexpr int kRounds = 5;
const std::string kUnsigned = "-H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' ";

// The disk has what was written before: nobody waits for another's bytes.
double SecondsOf(const std::function<void()>& work) {
  sync();
  const auto begin = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double Median(std::vector<double> of) {
  const auto middle = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
  std::ranges::nth_element(of, middle);
  return *middle;
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
  runtime::BlockingPool pool("storage", 4, 1000);
  const auto storage =
      OpenS3({.bucket = {.endpoint = server.endpoint(),
                         .region = S3Server::kRegion,
                         .bucket = S3Server::kBucket,
                         .addressing = s3::Addressing::kPath},
              .credentials = {.access_key = S3Server::kAccessKey, .secret_key = S3Server::kSecretKey},
              .key = std::string(32, 'k')},
             pool);
  asio::io_context& loop = tests::LastingLoop();

  constexpr int kUrls = 20'000;
  const double signing = SecondsOf([&] {
    for (int i = 0; i < kUrls; ++i) {
      static_cast<void>(storage->SignUpload({.key = "uploads/c/k", .size = i, .content_type = "audio/wav"}));
    }
  });
  std::printf("presign: %.1f us\n", signing / kUrls * 1e6);

  const std::string object = server.endpoint() + "/" + S3Server::kBucket + "/";
  // Signs the digest as the driver does, so that the server has the same to check.
  const std::string signed_upload = "-H \"x-amz-content-sha256: $(openssl dgst -sha256 -r '" + file +
                                    "' | cut -c1-64)\" -T '" + file + "' " + object + "curls";
  const std::string unsigned_upload = kUnsigned + "-T '" + file + "' " + object + "curls";
  // Of the object that the driver put there: the server takes longer over one in parts, whoever asks.
  const std::string download = kUnsigned + "-o '" + back + "' " + object + "ours";
  const auto rate = [mebibytes](double seconds) { return static_cast<double>(mebibytes) / seconds; };
  std::vector<double> up_ratios, up_unsigned_ratios, down_ratios;
  for (int round = 1; round <= kRounds; ++round) {
    const double up = SecondsOf([&] { tests::Await(loop, storage->Upload(file, "ours", {})); });
    const double curl_up = SecondsOfCurl(signed_upload);
    const double curl_up_unsigned = SecondsOfCurl(unsigned_upload);
    const double down = SecondsOf([&] { tests::Await(loop, storage->Download("ours", back)); });
    const double curl_down = SecondsOfCurl(download);
    up_ratios.push_back(curl_up / up);
    up_unsigned_ratios.push_back(curl_up_unsigned / up);
    down_ratios.push_back(curl_down / down);
    std::printf(
        "round %d: upload %.0f MiB/s, curl %.0f (%.2f), unsigned %.0f (%.2f); download %.0f MiB/s, curl %.0f "
        "(%.2f)\n",
        round, rate(up), rate(curl_up), up_ratios.back(), rate(curl_up_unsigned), up_unsigned_ratios.back(),
        rate(down), rate(curl_down), down_ratios.back());
    std::fflush(stdout);
  }
  std::printf("medians: upload %.2f of curl, %.2f of curl unsigned; download %.2f; peak %.0f MiB\n",
              Median(up_ratios), Median(up_unsigned_ratios), Median(down_ratios), PeakMebibytes());
  return 0;
}

}  // namespace
}  // namespace descant::storage

int main(int argc, char** argv) { return descant::storage::Main(argc > 1 ? std::atoll(argv[1]) : 1024); }
