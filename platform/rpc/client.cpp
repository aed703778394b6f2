#include "platform/rpc/client.h"

#include <array>
#include <cstdio>
#include <mutex>
#include <vector>

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include "grpc/health/v1/health.grpc.pb.h"

namespace descant::rpc {

namespace {

constexpr const char* kBalanced = R"({"loadBalancingConfig": [{"round_robin": {}}]})";

// With %d tries.
constexpr const char* kBalancedAndTried = R"({
  "loadBalancingConfig": [{"round_robin": {}}],
  "methodConfig": [{
    "name": [{}],
    "retryPolicy": {
      "maxAttempts": %d,
      "initialBackoff": "0.05s",
      "maxBackoff": "0.5s",
      "backoffMultiplier": 2,
      "retryableStatusCodes": ["UNAVAILABLE"]
    }
  }]
})";

constexpr int kMaxMessage = 4 * 1024 * 1024;

std::string ServiceConfig(int tries) {
  if (tries < 2) return kBalanced;
  std::array<char, 512> text{};
  std::snprintf(text.data(), text.size(), kBalancedAndTried, tries);
  return text.data();
}

// Keeps a channel as long as the process. A call that has just ended holds its channel on a thread of gRPC's,
// and if that is the last reference to the last channel, gRPC 1.51 takes down its threads from within one of
// them and aborts.
std::shared_ptr<grpc::Channel> Lasting(std::shared_ptr<grpc::Channel> channel) {
  static std::mutex mutex;
  static auto& channels = *new std::vector<std::shared_ptr<grpc::Channel>>;
  const std::lock_guard lock(mutex);
  return channels.emplace_back(std::move(channel));
}

}  // namespace

Channel::Channel(ChannelSettings settings) : settings_(std::move(settings)) {
  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(ServiceConfig(settings_.tries));
  if (settings_.tries < 2) arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  if (settings_.idle != std::chrono::milliseconds::max())
    arguments.SetInt(GRPC_ARG_CLIENT_IDLE_TIMEOUT_MS, static_cast<int>(settings_.idle.count()));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // no limit: streams may be silent for long
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
  arguments.SetMaxReceiveMessageSize(kMaxMessage);
  channel_ =
      Lasting(grpc::CreateCustomChannel(settings_.target, grpc::InsecureChannelCredentials(), arguments));
}

std::shared_ptr<grpc::ClientContext> Channel::Begin(const Context& context,
                                                    std::chrono::milliseconds timeout) const {
  auto client = std::make_shared<grpc::ClientContext>();
  client->AddMetadata("x-descant-secret", settings_.internal_secret);
  if (!context.request_id.empty()) client->AddMetadata("x-request-id", context.request_id);
  using Clock = std::chrono::steady_clock;
  auto left = timeout;
  if (context.deadline != Clock::time_point::max()) {
    left = std::min(left,
                    std::chrono::duration_cast<std::chrono::milliseconds>(context.deadline - Clock::now()));
  }
  if (left != std::chrono::milliseconds::max()) client->set_deadline(std::chrono::system_clock::now() + left);
  return client;
}

awaitable<bool> Channel::Healthy(Context context, std::chrono::milliseconds timeout) const {
  const auto stub = Stub<grpc::health::v1::Health>();
  bool serving = false;
  try {
    const grpc::health::v1::HealthCheckResponse answer =
        co_await Unary(*stub, &grpc::health::v1::Health::Stub::async::Check,
                       grpc::health::v1::HealthCheckRequest(), std::move(context), timeout);
    serving = answer.status() == grpc::health::v1::HealthCheckResponse::SERVING;
  } catch (const Error&) {
    serving = false;
  }
  co_return serving;
}

}  // namespace descant::rpc
