#include "platform/rpc/server.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <sys/stat.h>

#include <boost/asio/post.hpp>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <unordered_map>

#include "grpc/health/v1/health.pb.h"
#include "grpc/reflection/v1alpha/reflection.pb.h"
#include "platform/log/log.h"
#include "platform/rpc/builtin.h"
#include "platform/rpc/call.h"
#include "platform/rpc/client.h"
#include "platform/token/crypto.h"

namespace descant::rpc {

namespace {

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
  std::set<Call*> calls;
  std::optional<runtime::Promise<runtime::Nothing>> drained;
  int port = 0;
  std::unique_ptr<grpc::Server> server;
  std::thread ending;

  // The one way in: every call of every method begins here.
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    if (!token::EqualInConstantTime(Metadata(*context, "x-descant-secret"), settings.internal_secret)) {
      log::Warning("rpc refused: no valid secret", {{"method", context->method()}, {"peer", context->peer()}});
      return Refuse(ErrorKind::kUnauthenticated, "secret_invalid", "The internal secret is missing or wrong.");
    }
    if (draining) return Refuse(ErrorKind::kUnavailable, "stopping", "The service is stopping.");
    const auto handler = handlers.find(context->method());
    if (handler == handlers.end()) return new Refusal({grpc::StatusCode::UNIMPLEMENTED, "There is no such method."});
    ++handled;
    const std::size_t core = runtime.NextCore();
    auto call = std::make_shared<Call>(context->method(), ContextOf(*context), runtime.executor(core),
                                       [this](Call* ended) { Forget(ended); });
    const std::lock_guard lock(mutex);  // the call may be over before it is even known here
    calls.insert(call.get());
    Call::Run(call, handler->second, core);
    return call.get();
  }

  static Refusal* Refuse(ErrorKind kind, const char* code, const char* detail) {
    return new Refusal(ToStatus(Error(kind, code, detail)));
  }

  void Forget(Call* call) {
    const std::lock_guard lock(mutex);
    calls.erase(call);
    if (drained && calls.empty()) drained->Set({});
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
  if (state_->server && !state_->ending.joinable()) {
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
  const BuiltinState builtin{.services = state_->services, .serving = [state = state_.get()] { return !state->draining; }};
  AddHealth(*this, builtin);
  AddReflection(*this, builtin);
  state_->RequireHandlers();

  const std::string& listen = state_->settings.listen;
  grpc::ServerBuilder builder;
  builder.RegisterCallbackGenericService(state_.get());
  builder.SetMaxReceiveMessageSize(state_->settings.max_message_bytes);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &state_->port);
  state_->server = builder.BuildAndStart();
  if (!state_->server || (!listen.starts_with("unix:") && state_->port == 0)) {
    throw Error(ErrorKind::kUnavailable, "cannot_listen", "cannot listen on " + listen);
  }
  if (listen.starts_with("unix:")) {
    chmod(listen.c_str() + 5, 0660);
    state_->port = 0;
  }
  log::Info("listening", {{"protocol", "grpc"}, {"endpoint", listen}});
}

int Server::port() const { return state_->port; }

std::uint64_t Server::handled() const { return state_->handled; }

awaitable<void> Server::Drain() {
  auto state = state_;
  runtime::Promise<runtime::Nothing> drained;
  {
    const std::lock_guard lock(state->mutex);
    state->draining = true;
    state->drained = drained;
    for (Call* call : state->calls) call->Abandon();
    if (state->calls.empty()) drained.Set({});
  }
  co_await drained.Wait();
  // gRPC's own end blocks, if only for a moment.
  const runtime::Promise<runtime::Nothing> ended;
  if (state->server) {
    state->ending = std::thread([state = state.get(), ended] {
      state->server->Shutdown();
      state->server->Wait();
      ended.Set({});
    });
    co_await ended.Wait();
  }
}

}  // namespace descant::rpc
