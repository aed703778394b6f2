// What becomes of an error on its way through a gRPC status.
#include <gmock/gmock.h>
#include <grpcpp/support/status.h>

#include "platform/rpc/client.h"

namespace descant::rpc {
namespace {

using grpc::StatusCode;

struct Mapping {
  ErrorKind kind;
  StatusCode code;
  ErrorKind back;  // kinds that HTTP tells apart and gRPC does not arrive as the nearest one
};

class Mapped : public ::testing::TestWithParam<Mapping> {};

TEST_P(Mapped, ThereAndBack) {
  const Error error = Error(GetParam().kind, "some_code", "A sentence.").RetryAfter(std::chrono::seconds(12));
  const grpc::Status status = ToStatus(error);
  EXPECT_EQ(status.error_code(), GetParam().code);
  const Error back = ToError(status);
  EXPECT_EQ(back.kind(), GetParam().back);
  EXPECT_EQ(back.code(), "some_code");
  EXPECT_EQ(back.detail(), "A sentence.");
  EXPECT_EQ(back.retry_after(), std::chrono::seconds(12));
}

INSTANTIATE_TEST_SUITE_P(
    Status, Mapped,
    ::testing::Values(
        Mapping{ErrorKind::kInvalidArgument, StatusCode::INVALID_ARGUMENT, ErrorKind::kInvalidArgument},
        Mapping{ErrorKind::kUnprocessable, StatusCode::INVALID_ARGUMENT, ErrorKind::kInvalidArgument},
        Mapping{ErrorKind::kUnsupportedMedia, StatusCode::INVALID_ARGUMENT, ErrorKind::kInvalidArgument},
        Mapping{ErrorKind::kUnauthenticated, StatusCode::UNAUTHENTICATED, ErrorKind::kUnauthenticated},
        Mapping{ErrorKind::kPermissionDenied, StatusCode::PERMISSION_DENIED, ErrorKind::kPermissionDenied},
        Mapping{ErrorKind::kNotFound, StatusCode::NOT_FOUND, ErrorKind::kNotFound},
        Mapping{ErrorKind::kConflict, StatusCode::FAILED_PRECONDITION, ErrorKind::kConflict},
        Mapping{ErrorKind::kTooLarge, StatusCode::OUT_OF_RANGE, ErrorKind::kTooLarge},
        Mapping{ErrorKind::kResourceExhausted, StatusCode::RESOURCE_EXHAUSTED, ErrorKind::kResourceExhausted},
        Mapping{ErrorKind::kUnavailable, StatusCode::UNAVAILABLE, ErrorKind::kUnavailable},
        Mapping{ErrorKind::kDeadlineExceeded, StatusCode::DEADLINE_EXCEEDED, ErrorKind::kDeadlineExceeded},
        Mapping{ErrorKind::kCancelled, StatusCode::CANCELLED, ErrorKind::kCancelled}));

TEST(Status, NoDelayStaysNone) {
  EXPECT_FALSE(ToError(ToStatus(Error(ErrorKind::kNotFound, "gone", "It is gone."))).retry_after());
}

// Who asks this service has no part in the secret that it shares with the others.
TEST(Status, AWrongSecretIsADefectOfTheCaller) {
  const Error error = ToError(ToStatus(Error(ErrorKind::kUnauthenticated, "secret_invalid", "It is wrong.")));
  EXPECT_EQ(error.kind(), ErrorKind::kInternal);
  EXPECT_EQ(error.detail(), "It is wrong.");
}

TEST(Status, ADefectSaysNothingOfItself) {
  const grpc::Status status = ToStatus(Error(ErrorKind::kInternal, "row_lost", "users row 17 is lost"));
  EXPECT_EQ(status.error_code(), StatusCode::INTERNAL);
  EXPECT_EQ(status.error_message().find("users"), std::string::npos);
  EXPECT_EQ(ToError(status).code(), "internal");
}

// gRPC's own failures name sockets and addresses, which are no business of whoever gets the error in the end.
TEST(Status, GrpcsOwnWordsAreNotPassedOn) {
  const Error error = ToError({StatusCode::UNAVAILABLE, "failed to connect to unix:/run/descant/user.sock"});
  EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(error.code(), "unavailable");
  EXPECT_EQ(error.detail().find("/run"), std::string::npos);
  EXPECT_FALSE(error.detail().empty());
}

TEST(Status, CodesThatNoErrorBecomesAreUnderstood) {
  EXPECT_EQ(ToError({StatusCode::ALREADY_EXISTS, ""}).kind(), ErrorKind::kConflict);
  EXPECT_EQ(ToError({StatusCode::ABORTED, ""}).kind(), ErrorKind::kConflict);
  EXPECT_EQ(ToError({StatusCode::UNIMPLEMENTED, ""}).kind(), ErrorKind::kInternal);
  EXPECT_EQ(ToError({StatusCode::UNKNOWN, ""}).kind(), ErrorKind::kInternal);
  EXPECT_EQ(ToError({StatusCode::DATA_LOSS, ""}).kind(), ErrorKind::kInternal);
}

}  // namespace
}  // namespace descant::rpc
