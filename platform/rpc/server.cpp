#include "platform/rpc/server.h"

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <unordered_map>

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "grpc/health/v1/health.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"
#include "platform/log/log.h"
#include "platform/rpc/builtin.h"
#include "platform/rpc/call.h"
#include "platform/rpc/client.h"
#include "platform/token/crypto.h"

namespace descant::rpc {

namespace {

// For the peers to close their connections, once no call is left.
constexpr std::chrono::seconds kFarewell{1};

// Ends a call that no handler gets to see.
class Refusal final : public grpc::ServerGenericBidiReactor {
 public:
  explicit Refusal(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

std::string Metadata(const grpc::CallbackServerContext& context, const char* name) {
  const auto found = context.client_metadata().find(name);
  if (found == context.client_metadata().end()) return "";
  return {found->second.data(), found->second.size()};
}

Context ContextOf(const grpc::CallbackServerContext& call) {
  using std::chrono::steady_clock;
  using std::chrono::system_clock;
  Context context{.request_id = Metadata(call, "x-request-id").substr(0, 64)};
  const auto left = call.deadline() - system_clock::now();
  if (left < std::chrono::hours(24 * 365)) {
    context.deadline = steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(left);
  }
  return context;
}

// gRPC replaces any socket file that it finds: right for one that a dead process left, wrong for one that
// answers.
bool IsAlive(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  const bool alive = connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(socket);
  return alive;
}

[[noreturn]] void CannotListen(const std::string& listen, const std::string& why) {
  throw Error(ErrorKind::kUnavailable, "cannot_listen", "cannot listen on " + listen + ": " + why);
}

}  // namespace

struct Server::State final : public grpc::CallbackGenericService {
  State(runtime::Runtime& cores, ServerSettings limits) : runtime(cores), settings(std::move(limits)) {}
  ~State() override {
    if (ending.joinable()) ending.join();
  }

  runtime::Runtime& runtime;
  ServerSettings settings;
  std::vector<const google::protobuf::ServiceDescriptor*> services;
  std::unordered_map<std::string, rpc::Handler> handlers;
  std::atomic<std::uint64_t> handled{0};
  std::atomic<bool> draining{false};
  std::mutex mutex;
  std::condition_variable idle;
  std::set<Call*> calls;
  int port = 0;
  std::unique_ptr<grpc::Server> server;
  std::thread ending;

  // The one way in: every call of every method begins here.
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    if (!token::EqualInConstantTime(Metadata(*context, "x-descant-secret"), settings.internal_secret)) {
      return Refuse(*context, ToStatus(Error(ErrorKind::kUnauthenticated, kSecretInvalid,
                                             "The internal secret is missing or wrong.")));
    }
    // A call either is refused or is known to Drain; and it may be over before it is known here.
    const std::lock_guard lock(mutex);
    if (draining && context->method() != kHealthCheck) {
      return Refuse(*context,
                    ToStatus(Error(ErrorKind::kUnavailable, "stopping", "The service is stopping.")));
    }
    const auto handler = handlers.find(context->method());
    if (handler == handlers.end()) {
      return Refuse(*context,
                    {grpc::StatusCode::UNIMPLEMENTED, "There is no such method.", "method_unknown"});
    }
    ++handled;
    const std::size_t core = runtime.NextCore();
    auto call = std::make_shared<Call>(context->method(), ContextOf(*context), runtime.executor(core),
                                       [this](Call* ended) { Forget(ended); });
    calls.insert(call.get());
    Call::Run(call, handler->second, core);
    return call.get();
  }

  static Refusal* Refuse(const grpc::GenericCallbackServerContext& context, const grpc::Status& status) {
    log::Warning("rpc refused", {{"request_id", Metadata(context, "x-request-id").substr(0, 64)},
                                 {"method", context.method()},
                                 {"peer", context.peer()},
                                 {"status", static_cast<int>(status.error_code())},
                                 {"error", status.error_message()}});
    return new Refusal(status);
  }

  void Forget(Call* call) {
    const std::lock_guard lock(mutex);
    calls.erase(call);
    if (calls.empty()) idle.notify_all();
  }

  // Blocks: for a thread of its own.
  void End() {
    std::unique_lock lock(mutex);
    const bool quiet = idle.wait_for(lock, settings.patience, [this] { return calls.empty(); });
    lock.unlock();
    const auto now = std::chrono::system_clock::now();
    server->Shutdown(quiet ? now + kFarewell : now);
    server->Wait();
  }

  void Drop() {
    const std::lock_guard lock(mutex);
    draining = true;
    for (Call* call : calls) call->Drop();
  }

  void RequireHandlers() const {
    for (const auto* service : services) {
      for (int i = 0; i < service->method_count(); ++i) {
        const std::string method = "/" + service->full_name() + "/" + service->method(i)->name();
        if (!handlers.contains(method)) throw std::logic_error("no handler for " + method);
      }
    }
  }
};

Server::Server(runtime::Runtime& runtime, ServerSettings settings)
    : state_(std::make_shared<State>(runtime, std::move(settings))) {
  if (state_->settings.internal_secret.empty()) throw std::logic_error("a server needs an internal secret");
}

Server::~Server() {
  if (!state_->server) return;
  if (state_->runtime.core(0).stopped()) state_->Drop();
  if (state_->ending.joinable()) {
    state_->ending.join();
  } else {
    state_->server->Shutdown(std::chrono::system_clock::now());
    state_->server->Wait();
  }
}

void Server::Add(const google::protobuf::ServiceDescriptor* service) { state_->services.push_back(service); }

void Server::Handle(std::string method, Handler handler) {
  state_->handlers.insert_or_assign(std::move(method), std::move(handler));
}

void Server::Start() {
  Add(google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("grpc.health.v1.Health"));
  Add(google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      "grpc.reflection.v1alpha.ServerReflection"));
  const BuiltinState builtin{.services = state_->services,
                             .serving = [state = state_.get()] { return !state->draining; }};
  AddHealth(*this, builtin);
  AddReflection(*this, builtin);
  state_->RequireHandlers();

  const std::string& listen = state_->settings.listen;
  const std::string path = listen.starts_with("unix:") ? listen.substr(5) : "";
  if (!path.empty() && IsAlive(path)) CannotListen(listen, "another process listens there");
  grpc::ServerBuilder builder;
  builder.RegisterCallbackGenericService(state_.get());
  builder.SetMaxReceiveMessageSize(state_->settings.max_message_bytes);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);  // a caller that vanished ends its calls
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &state_->port);
  state_->server = builder.BuildAndStart();
  if (!state_->server || state_->port == 0) CannotListen(listen, "the address cannot be bound");
  if (!path.empty()) {
    if (chmod(path.c_str(), 0660) != 0) CannotListen(listen, std::strerror(errno));
    state_->port = 0;
  }
  log::Info("listening", {{"protocol", "grpc"}, {"endpoint", listen}});
}

int Server::port() const { return state_->port; }

std::uint64_t Server::handled() const { return state_->handled; }

awaitable<void> Server::Drain() {
  auto state = state_;
  const runtime::Promise<runtime::Nothing> ended;
  {
    const std::lock_guard lock(state->mutex);
    if (!state->server || state->draining.exchange(true)) co_return;
    for (Call* call : state->calls) call->Abandon();
  }
  state->ending = std::thread([state = state.get(), ended] {
    state->End();
    ended.Set({});
  });
  co_await ended.Wait();
}

}  // namespace descant::rpc
