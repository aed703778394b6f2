#include "services/conversion/domain/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/conversion/domain/failure.h"

namespace descant::conversion {
namespace {

using ::testing::HasSubstr;

std::string Complaint(const SourceProbe& probe) {
  try {
    CheckProbe(probe, {.max_duration = std::chrono::hours(12), .max_pixels = 33'000'000, .max_streams = 8});
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), FailureCode::kLimitExceeded);
    return failure.detail();
  }
  return "";
}

TEST(Limits, AreNamedWhereTheyAreExceeded) {
  EXPECT_EQ(Complaint({.duration = std::chrono::hours(12), .streams = 8, .video = {{.coded = {7680, 4296}}}}),
            "");
  EXPECT_THAT(Complaint({.duration = std::chrono::hours(12) + std::chrono::milliseconds(1)}),
              HasSubstr("12 hours"));
  EXPECT_THAT(Complaint({.streams = 9}), HasSubstr("8 streams"));
  EXPECT_THAT(Complaint({.video = {{.coded = {1'000'000'000, 1'000'000'000}}}}),
              HasSubstr("33 million pixels"));
}

TEST(Limits, HoldForTheSize) {
  CheckSize(10 << 20, {.max_bytes = 10 << 20});
  EXPECT_THROW(CheckSize((10 << 20) + 1, {.max_bytes = 10 << 20}), Failure);
}

}  // namespace
}  // namespace descant::conversion
