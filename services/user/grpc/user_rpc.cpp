#include "services/user/grpc/user_rpc.h"

#include "services/user/grpc/to_proto.h"

namespace descant::user {

namespace {

constexpr int kMaxIds = 500;
constexpr std::size_t kChangesAtOnce = 500;

awaitable<v1::GetUserByTokenResponse> GetUserByToken(UserRpcCore core, std::string access_token) {
  const app::Caller caller = co_await core.authentication.Authenticate(std::move(access_token));
  v1::GetUserByTokenResponse reply;
  *reply.mutable_user() = ToProto(caller.user);
  reply.set_session_id(caller.session_id.ToString());
  *reply.mutable_token_expires_at() = ToProto(caller.token_expires_at);
  co_return reply;
}

std::vector<UserId> ParseIds(const v1::GetUsersRequest& request) {
  if (request.ids_size() > kMaxIds) {
    throw Error(ErrorKind::kInvalidArgument, "too_many_ids", "At most 500 ids can be asked for at once.");
  }
  std::vector<UserId> ids;
  for (const std::string& text : request.ids()) {
    if (const auto id = UserId::Parse(text)) ids.push_back(*id);  // what is no id is no user's
  }
  return ids;
}

awaitable<v1::GetUsersResponse> GetUsers(UserRpcCore core, std::vector<UserId> ids) {
  const std::vector<User> users = co_await core.accounts.FindMany(std::move(ids));
  v1::GetUsersResponse reply;
  for (const User& user : users) *reply.add_users() = ToProto(user);
  co_return reply;
}

// Each stream reads at its own pace from the table, which is told apart from being told that there is
// something to read: nothing is queued for a slow reader, and no change is missed for want of a notification.
awaitable<void> WatchChanges(UserRpcCore core, std::int64_t after, rpc::ServerCall& call) {
  const auto watcher = std::make_shared<ChangeSignal::Watcher>(core.signal);
  call.OnCancel([weak = std::weak_ptr(watcher)] {
    if (const auto watching = weak.lock()) watching->Wake();
  });

  const std::int64_t last = co_await core.changes.Last();
  v1::WatchChangesResponse position;
  position.mutable_position()->set_sequence(last);
  co_await call.Write(position);

  // A caller ahead of the feed remembers another database; it goes on from here.
  std::int64_t sequence = std::min(after, last);
  while (!call.cancelled()) {
    const std::vector<Change> changes = co_await core.changes.After(sequence, kChangesAtOnce);
    for (const Change& change : changes) {
      const v1::WatchChangesResponse message = ToProto(change);
      co_await call.Write(message);
      sequence = change.sequence;
    }
    if (changes.size() < kChangesAtOnce && !call.cancelled()) co_await watcher->Wait();
  }
  throw Error(ErrorKind::kCancelled, "cancelled", "The call is over.");
}

}  // namespace

void AddUserService(rpc::Server& server, std::vector<UserRpcCore> cores) {
  server.Add(v1::GetUserByTokenRequest::descriptor()->file()->FindServiceByName("UserService"));
  server.Unary<v1::GetUserByTokenRequest, v1::GetUserByTokenResponse>(
      "/descant.user.v1.UserService/GetUserByToken",
      [cores](const v1::GetUserByTokenRequest& request, rpc::ServerCall&, std::size_t core) {
        return GetUserByToken(cores[core], request.access_token());
      });
  server.Unary<v1::GetUsersRequest, v1::GetUsersResponse>(
      "/descant.user.v1.UserService/GetUsers",
      [cores](const v1::GetUsersRequest& request, rpc::ServerCall&, std::size_t core) {
        return GetUsers(cores[core], ParseIds(request));
      });
  server.Stream<v1::WatchChangesRequest>(
      "/descant.user.v1.UserService/WatchChanges",
      [cores](const v1::WatchChangesRequest& request, rpc::ServerCall& call, std::size_t core) {
        return WatchChanges(cores[core], request.after(), call);
      });
}

}  // namespace descant::user
