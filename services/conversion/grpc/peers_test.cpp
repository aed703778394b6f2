#include "services/conversion/grpc/peers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "services/conversion/testing/await.h"

namespace descant::conversion::grpc_api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Peers, AreNamedByTheSetting) {
  EXPECT_THAT(ParseTargets(""), IsEmpty());
  EXPECT_THAT(ParseTargets("unix:/run/a.sock,dns:///conversion:50051,[::1]:7"),
              ElementsAre("unix:/run/a.sock", "conversion:50051", "[::1]:7"));
  for (const char* wrong : {"unix:a.sock", "conversion", ":50051", "conversion:", "conversion:http",
                            "a:1,,b:2", "http://conversion:50051", "conversion:500510"}) {
    EXPECT_THROW(ParseTargets(wrong), Error) << wrong;
  }
}

TEST(Peers, AreAllThatANameLeadsTo) {
  const GrpcPeers peers(ParseTargets("unix:/run/a.sock,127.0.0.1:50051,[::1]:50052,no-such-host.invalid:1"),
                        std::string(32, 's'));
  EXPECT_THAT(testing::Await(peers.Addresses()),
              ElementsAre("unix:/run/a.sock", "ipv4:127.0.0.1:50051", "ipv6:[::1]:50052"));
}

}  // namespace
}  // namespace descant::conversion::grpc_api
