// A channel by itself.
#include "platform/rpc/client.h"

#include <gmock/gmock.h>

#include "descant/user/v1/user.grpc.pb.h"
#include "tests/support/await.h"
#include "tests/support/temporary_folder.h"

namespace descant::rpc {
namespace {

namespace pb = descant::user::v1;

// The call that ends last drops the last reference to the channel, on gRPC's own thread.
TEST(Channel, MayGoBeforeItsCalls) {
  struct Call {
    runtime::Promise<runtime::Nothing> gone;
    std::shared_ptr<void> told{nullptr, [gone = gone](void*) { gone.Set({}); }};  // after the context
    pb::GetUsersRequest request;
    pb::GetUsersResponse reply;
    std::shared_ptr<grpc::ClientContext> context;
  };
  const descant::tests::TemporaryFolder folder;
  for (int i = 0; i < 20; ++i) {
    auto call = std::make_shared<Call>();
    const auto gone = call->gone;
    {
      const Channel channel(
          {.target = "unix:" + (folder.path() / "nobody").string(), .internal_secret = "secret"});
      const auto stub = channel.Stub<pb::UserService>();
      call->context = channel.Begin({}, std::chrono::milliseconds(5));
      call->context->set_wait_for_ready(true);
      Call* const raw = call.get();
      stub->async()->GetUsers(raw->context.get(), &raw->request, &raw->reply,
                              [call = std::move(call)](const grpc::Status&) {});
    }
    descant::tests::Await(descant::tests::LastingLoop(), gone.Wait());
  }
}

}  // namespace
}  // namespace descant::rpc
