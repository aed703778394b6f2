#include "services/conversion/grpc/peers.h"

#include <algorithm>
#include <chrono>
#include <sstream>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "descant/conversion/v1/conversion.grpc.pb.h"
#include "platform/base/error.h"
#include "platform/log/log.h"
#include "platform/rpc/client.h"
#include "services/conversion/grpc/chunk_proto.h"

namespace descant::conversion::grpc_api {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kDns = "dns:///";

// Workers come and go with their addresses: what is not used is let go.
constexpr auto kIdle = 1min;

// Whoever is slower than this by far has stopped.
std::chrono::milliseconds DeadlineOf(const Plan& plan) {
  const Chunk& chunk = *plan.chunk;
  const double rate = plan.video_format->frame_rate.value();
  const std::chrono::duration<double> length =
      chunk.frames > 0 ? std::chrono::duration<double>(static_cast<double>(chunk.frames) / rate)
                       : plan.duration - chunk.begin;
  return 2min + std::chrono::round<std::chrono::milliseconds>(60 * length);
}

[[noreturn]] void NoTarget(std::string_view target) {
  throw Error(ErrorKind::kInvalidArgument, "invalid_target",
              std::string(target) + " is neither unix:/path nor host:port");
}

void CheckTarget(std::string_view target) {
  if (target.starts_with(kUnix)) {
    if (!target.substr(kUnix.size()).starts_with('/')) NoTarget(target);
    return;
  }
  const std::size_t colon = target.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || target.contains('/')) NoTarget(target);
  const std::string_view port = target.substr(colon + 1);
  if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos)
    NoTarget(target);
}

awaitable<std::vector<std::string>> AddressesOf(std::string target) {
  if (target.starts_with(kUnix)) co_return std::vector<std::string>{target};
  const std::size_t colon = target.rfind(':');
  std::string host = target.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  asio::ip::tcp::resolver resolver(co_await asio::this_coro::executor);
  boost::system::error_code error;
  const auto found = co_await resolver.async_resolve(host, target.substr(colon + 1),
                                                     asio::redirect_error(asio::use_awaitable, error));
  std::vector<std::string> addresses;
  if (error) log::Warning("workers were not found", {{"target", target}, {"error", error.message()}});
  for (const auto& entry : found) {
    const asio::ip::tcp::endpoint endpoint = entry.endpoint();
    std::ostringstream address;  // an IPv6 address in brackets, as gRPC wants it too
    address << (endpoint.address().is_v6() ? "ipv6:" : "ipv4:") << endpoint;
    addresses.push_back(std::move(address).str());
  }
  co_return addresses;
}

}  // namespace

std::vector<std::string> ParseTargets(std::string_view text) {
  std::vector<std::string> targets;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    std::string_view target = text.substr(0, end);
    if (target.starts_with(kDns)) target.remove_prefix(kDns.size());
    CheckTarget(target);
    targets.emplace_back(target);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return targets;
}

class GrpcPeers::Worker final : public app::ChunkWorker {
 public:
  Worker(const std::string& address, const std::string& internal_secret)
      : channel_({.target = address, .internal_secret = internal_secret, .tries = 1, .idle = kIdle}),
        stub_(channel_.Stub<pb::ConversionService>()) {}

  awaitable<EncodedChunk> Make(app::ChunkOrder order, Cancellation& cancellation) override {
    cancellation.Check();
    pb::ConvertChunkRequest request = ToProto(order);
    const std::shared_ptr<grpc::ClientContext> call = channel_.Begin({}, DeadlineOf(order.plan));
    const Cancellation::Listener listener(cancellation, [call] { call->TryCancel(); });
    const pb::ConvertChunkResponse response = co_await channel_.Unary(
        *stub_, &pb::ConversionService::Stub::async::ConvertChunk, std::move(request), call);
    co_return ChunkFrom(response, order.plan);
  }

  awaitable<bool> Serves() const { co_return co_await channel_.Healthy({}, 1s); }

 private:
  rpc::Channel channel_;
  std::unique_ptr<pb::ConversionService::Stub> stub_;
};

awaitable<std::vector<app::Peer>> GrpcPeers::Find() {
  std::vector<app::Peer> peers;
  const std::vector<std::string> addresses = co_await Addresses();
  for (const std::string& address : addresses) {
    const std::shared_ptr<Worker> worker = At(address);
    if (co_await worker->Serves()) peers.push_back({.name = address, .worker = worker});
  }
  co_return peers;
}

awaitable<std::vector<std::string>> GrpcPeers::Addresses() const {
  std::vector<std::string> all;
  for (const std::string& target : targets_) {
    const std::vector<std::string> addresses = co_await AddressesOf(target);
    all.insert(all.end(), addresses.begin(), addresses.end());
  }
  co_return all;
}

std::shared_ptr<GrpcPeers::Worker> GrpcPeers::At(const std::string& address) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Worker>& worker = known_[address];
  if (!worker) worker = std::make_shared<Worker>(address, internal_secret_);
  return worker;
}

}  // namespace descant::conversion::grpc_api
