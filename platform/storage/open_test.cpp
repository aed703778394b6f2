#include "platform/storage/open.h"

#include <map>

#include <gmock/gmock.h>

namespace descant::storage {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Outcome {
  Settings settings;
  std::vector<std::string> problems;
};

Outcome Read(const std::map<std::string, std::string, std::less<>>& environment,
             Signs signs = Signs::kPlayback) {
  config::Reader reader("test", [environment](std::string_view name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    if (found == environment.end()) return std::nullopt;
    return found->second;
  });
  Outcome outcome;
  outcome.settings = ReadSettings(reader, signs);
  outcome.problems = reader.problems();
  return outcome;
}

const std::string kKey(32, 'k');

TEST(OpenTest, LocalNeedsADirectory) {
  EXPECT_THAT(Read({{"DESCANT_STORAGE_KEY", kKey}}).problems,
              Contains(HasSubstr("DESCANT_STORAGE_DIRECTORY")));
  const Outcome local = Read({{"DESCANT_STORAGE_KEY", kKey}, {"DESCANT_STORAGE_DIRECTORY", "/objects"}});
  EXPECT_THAT(local.problems, IsEmpty());
  EXPECT_EQ(local.settings.driver, DriverKind::kLocal);
  EXPECT_EQ(local.settings.local.directory, "/objects");
  EXPECT_THAT(Read({{"DESCANT_STORAGE_DIRECTORY", "/objects"}}, Signs::kNothing).problems, IsEmpty())
      << "who signs nothing needs no key";
}

TEST(OpenTest, S3NeedsABucketAndIsAtAwsUnlessToldOtherwise) {
  EXPECT_THAT(Read({{"DESCANT_STORAGE", "s3"}}, Signs::kNothing).problems,
              Contains(HasSubstr("DESCANT_S3_BUCKET")));
  const Outcome aws =
      Read({{"DESCANT_STORAGE", "s3"}, {"DESCANT_S3_BUCKET", "media"}, {"AWS_REGION", "eu-west-1"}},
           Signs::kNothing);
  EXPECT_THAT(aws.problems, IsEmpty());
  EXPECT_EQ(aws.settings.s3.bucket.endpoint, "https://s3.eu-west-1.amazonaws.com");
  EXPECT_EQ(aws.settings.s3.bucket.addressing, s3::Addressing::kVirtualHost);
  EXPECT_EQ(aws.settings.s3.credentials.sts_endpoint, "https://sts.eu-west-1.amazonaws.com");
  EXPECT_EQ(aws.settings.s3.credentials.metadata_endpoint, "http://169.254.169.254");
  const Outcome dotted =
      Read({{"DESCANT_STORAGE", "s3"}, {"DESCANT_S3_BUCKET", "media.example.org"}}, Signs::kNothing);
  EXPECT_EQ(dotted.settings.s3.bucket.addressing, s3::Addressing::kPath) << "no certificate has such a host";
}

TEST(OpenTest, OtherServicesArePathStyle) {
  const Outcome other = Read({{"DESCANT_STORAGE", "s3"},
                              {"DESCANT_S3_BUCKET", "media"},
                              {"DESCANT_S3_ENDPOINT", "http://minio:9000"},
                              {"DESCANT_S3_PUBLIC_ENDPOINT", "https://objects.example.org"},
                              {"DESCANT_CDN_URL", "https://d1.cloudfront.net"},
                              {"DESCANT_STORAGE_KEY", kKey},
                              {"AWS_ACCESS_KEY_ID", "k"},
                              {"AWS_SECRET_ACCESS_KEY", "s"}});
  EXPECT_THAT(other.problems, IsEmpty());
  EXPECT_EQ(other.settings.s3.bucket.addressing, s3::Addressing::kPath);
  EXPECT_EQ(other.settings.s3.bucket.public_endpoint, "https://objects.example.org");
  EXPECT_EQ(other.settings.s3.cdn, "https://d1.cloudfront.net");
  EXPECT_EQ(other.settings.s3.key, kKey);
  EXPECT_TRUE(other.settings.s3.bucket.checksums);
  const Outcome older = Read({{"AWS_REQUEST_CHECKSUM_CALCULATION", "when_required"},
                              {"AWS_CA_BUNDLE", "/etc/ssl/certs/ca-certificates.crt"}});
  EXPECT_FALSE(older.settings.s3.bucket.checksums);
  const Outcome shouting = Read({{"AWS_REQUEST_CHECKSUM_CALCULATION", "WHEN_REQUIRED"}});
  EXPECT_FALSE(shouting.settings.s3.bucket.checksums);
  EXPECT_EQ(older.settings.s3.transfers.ca_file, "/etc/ssl/certs/ca-certificates.crt");
}

TEST(OpenTest, SaysWhatCannotBe) {
  EXPECT_THAT(Read({{"DESCANT_S3_ENDPOINT", "minio:9000"}}).problems,
              Contains(HasSubstr("DESCANT_S3_ENDPOINT")));
  EXPECT_THAT(Read({{"DESCANT_CDN_URL", "https://d1/"}}).problems, Contains(HasSubstr("DESCANT_CDN_URL")));
  EXPECT_THAT(Read({{"AWS_ACCESS_KEY_ID", "k"}}).problems, Contains(HasSubstr("AWS_SECRET_ACCESS_KEY")));
  EXPECT_THAT(Read({{"AWS_CA_BUNDLE", "/absent"}}).problems, Contains(HasSubstr("AWS_CA_BUNDLE")));
  EXPECT_THAT(Read({{"DESCANT_STORAGE", "tape"}}).problems, Contains(HasSubstr("local|s3")));
}

}  // namespace
}  // namespace descant::storage
