#include "services/content/adapters/user_feed.h"

#include <set>

#include "platform/base/error.h"
#include "platform/log/log.h"
#include "platform/runtime/runtime.h"

namespace descant::content::adapters {

namespace {

namespace pb = descant::user::v1;

constexpr std::chrono::milliseconds kReconnect{300};
constexpr std::chrono::milliseconds kTimeout{5000};

constexpr postgres::Query kFeedPosition{"feed_position", "SELECT sequence FROM user_feed"};
constexpr postgres::Query kAdvanceFeed{
    "advance_feed", "UPDATE user_feed SET sequence = greatest(sequence, $1) WHERE only_row"};

}  // namespace

struct UserFeed::State : std::enable_shared_from_this<UserFeed::State> {
  asio::any_io_executor executor;
  const rpc::Channel* users = nullptr;
  postgres::Database* database = nullptr;
  redis::Client* redis = nullptr;
  RecentChanges* recent = nullptr;
  domain::Contents* contents = nullptr;
  std::shared_ptr<pb::UserService::Stub> stub;
  std::set<std::string> unforgotten;  // users whose cache entry could not be deleted yet
  bool stopping = false;
  std::shared_ptr<grpc::ClientContext> call;

  static awaitable<void> Run(std::shared_ptr<State> self) {
    while (!self->stopping) {
      std::string trouble;
      try {
        co_await self->Follow();
      } catch (const std::exception& error) {
        trouble = error.what();
      }
      if (self->stopping) break;
      if (!trouble.empty()) log::Debug("feed of user changes interrupted", {{"error", trouble}});
      co_await runtime::Sleep(kReconnect);
    }
  }

  awaitable<void> Follow() {
    const postgres::Rows rows = co_await database->Execute(kFeedPosition);
    auto request = std::make_shared<pb::WatchChangesRequest>();
    request->set_after(rows.front()["sequence"].As<std::int64_t>());
    call = users->Begin({}, std::chrono::milliseconds::max());
    rpc::ReadStream<pb::WatchChangesResponse> stream(
        call, request, [stub = stub.get(), context = call.get(), request = request.get()](auto* reactor) {
          stub->async()->WatchChanges(context, request, reactor);
        });
    pb::WatchChangesResponse message;
    while (co_await stream.Read(message)) {
      if (message.has_position()) log::Info("following user changes", {{"from", request->after()}});
      if (message.has_change()) co_await Handle(message.change());
    }
  }

  awaitable<void> Handle(pb::WatchChangesResponse::Change change) {
    recent->Note(change.user_id());
    unforgotten.insert(change.user_id());
    co_await Forget();
    if (change.kind() == pb::WatchChangesResponse::KIND_PROFILE) co_await Rename(change.user_id());
    if (change.kind() == pb::WatchChangesResponse::KIND_DELETED) {
      if (const auto user = domain::UserId::Parse(change.user_id())) co_await contents->RemoveOwner(*user);
    }
    co_await database->Execute(kAdvanceFeed, change.sequence());
  }

  // While Redis is away nothing is read from it either; what it still holds when it comes back is deleted
  // then.
  awaitable<void> Forget() {
    const std::set<std::string> users_to_forget = unforgotten;
    for (const std::string& user : users_to_forget) {
      if (co_await redis->Delete(UserCacheKey(user))) unforgotten.erase(user);
    }
  }

  static awaitable<void> ForgetLater(std::shared_ptr<State> self) {
    while (!self->stopping) {
      co_await runtime::Sleep(kReconnect);
      if (!self->unforgotten.empty()) co_await self->Forget();
    }
  }

  awaitable<void> Rename(std::string user_id) {
    pb::GetUsersRequest request;
    request.add_ids(user_id);
    const pb::GetUsersResponse answer = co_await users->Unary(*stub, &pb::UserService::Stub::async::GetUsers,
                                                              std::move(request), Context{}, kTimeout);
    for (const pb::User& user : answer.users()) {
      if (const auto id = domain::UserId::Parse(user.id()))
        co_await contents->RenameOwner({*id, user.name()});
    }
  }
};

UserFeed::UserFeed(asio::any_io_executor executor, const rpc::Channel& users, postgres::Database& database,
                   redis::Client& redis, RecentChanges& recent, domain::Contents& contents)
    : state_(std::make_shared<State>()) {
  state_->executor = std::move(executor);
  state_->users = &users;
  state_->database = &database;
  state_->redis = &redis;
  state_->recent = &recent;
  state_->contents = &contents;
  state_->stub = users.Stub<pb::UserService>();
}

UserFeed::~UserFeed() = default;

void UserFeed::Start() {
  runtime::Spawn(state_->executor, "user feed", State::Run(state_));
  runtime::Spawn(state_->executor, "user feed retries", State::ForgetLater(state_));
}

void UserFeed::Stop() {
  state_->stopping = true;
  if (state_->call) state_->call->TryCancel();
}

}  // namespace descant::content::adapters
