#include "platform/http/server.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <mutex>
#include <unordered_set>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <sys/stat.h>
#include <sys/un.h>

#include "platform/base/error.h"
#include "platform/http/connection.h"
#include "platform/log/log.h"
#include "platform/runtime/promise.h"

namespace descant::http {

namespace {

using Protocol = asio::generic::stream_protocol;
using Acceptor = asio::basic_socket_acceptor<Protocol>;

[[noreturn]] void RefuseEndpoint(const std::string& listen, const std::string& why) {
  throw Error(ErrorKind::kInvalidArgument, "cannot_listen", "cannot listen on " + listen + ": " + why);
}

// Removes a socket file that nobody answers on. Anything else that stands there is left alone.
void RemoveStaleSocket(const std::string& listen, const std::string& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) return;
  if (!S_ISSOCK(status.st_mode)) RefuseEndpoint(listen, "the file there is no socket");
  asio::io_context context;
  asio::local::stream_protocol::socket probe(context);
  boost::system::error_code error;
  probe.connect(asio::local::stream_protocol::endpoint(path), error);
  if (!error) RefuseEndpoint(listen, "another process listens there");
  if (error != asio::error::connection_refused) RefuseEndpoint(listen, error.message());
  unlink(path.c_str());
}

Protocol::endpoint ParseEndpoint(const std::string& listen) {
  if (listen.starts_with("unix:")) {
    const std::string path = listen.substr(5);
    if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path))
      RefuseEndpoint(listen, "no usable path");
    return asio::local::stream_protocol::endpoint(path);
  }
  const std::size_t colon = listen.rfind(':');
  if (!listen.starts_with("tcp:") || colon < 4)
    RefuseEndpoint(listen, "it is neither unix:/path nor tcp:address:port");
  boost::system::error_code error;
  const auto address = asio::ip::make_address(listen.substr(4, colon - 4), error);
  if (error) RefuseEndpoint(listen, error.message());
  std::uint16_t port = 0;
  const char* const end = listen.data() + listen.size();
  const auto [parsed, failure] = std::from_chars(listen.data() + colon + 1, end, port);
  if (failure != std::errc() || parsed != end) RefuseEndpoint(listen, "no such port");
  return asio::ip::tcp::endpoint(address, port);
}

}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(runtime::Runtime& cores, ServerSettings limits) : runtime(cores), settings(std::move(limits)) {}

  runtime::Runtime& runtime;
  ServerSettings settings;
  std::vector<std::shared_ptr<Core>> cores;
  std::optional<Acceptor> acceptor;
  std::string bound;
  std::atomic<std::size_t> open{0};
  std::mutex full_mutex;
  // Waited for by the accept loop while too many are open.
  std::optional<runtime::Promise<runtime::Nothing>> full;

  static awaitable<void> Accept(std::shared_ptr<State> self) {
    while (self->acceptor->is_open()) {
      co_await self->WaitForRoom();
      const std::size_t core = self->runtime.NextCore();
      auto socket = std::make_shared<Socket>(self->runtime.executor(core));
      const boost::system::error_code error = co_await AcceptInto(self, socket);
      if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) co_return;
      if (error) {  // no more descriptors, say: what is open has to go on, and some of it will close
        log::Warning("accept failed", {{"error", error.message()}});
        co_await runtime::Sleep(std::chrono::milliseconds(100));
        continue;
      }
      boost::system::error_code ignored;  // unix sockets have no such option
      socket->set_option(asio::ip::tcp::no_delay(true), ignored);
      ++self->open;
      asio::post(self->runtime.core(core), [self, core, socket] {
        Core::Serve(self->cores[core], std::move(*socket), [self] { self->Closed(); });
      });
    }
  }

  static awaitable<boost::system::error_code> AcceptInto(std::shared_ptr<State> self,
                                                         std::shared_ptr<Socket> socket) {
    runtime::Promise<boost::system::error_code> accepted;
    self->acceptor->async_accept(*socket,
                                 [accepted](const boost::system::error_code& error) { accepted.Set(error); });
    co_return co_await accepted.Wait();
  }

  awaitable<void> WaitForRoom() {
    runtime::Promise<runtime::Nothing> room;
    {
      const std::lock_guard lock(full_mutex);
      if (open < settings.max_connections) co_return;
      full = room;
    }
    co_await room.Wait();
  }

  void Closed() {
    --open;
    const std::lock_guard lock(full_mutex);
    if (full) std::exchange(full, std::nullopt)->Set({});
  }

  void Listen() {
    const Protocol::endpoint endpoint = ParseEndpoint(settings.listen);
    const bool is_unix = endpoint.protocol().family() == AF_UNIX;
    const std::string path = is_unix ? settings.listen.substr(5) : "";
    if (is_unix) RemoveStaleSocket(settings.listen, path);
    try {
      acceptor.emplace(runtime.core(0), endpoint.protocol());
      if (!is_unix) acceptor->set_option(asio::socket_base::reuse_address(true));
      acceptor->bind(endpoint);
      if (is_unix) chmod(path.c_str(), 0660);
      acceptor->listen(4096);
    } catch (const boost::system::system_error& error) {
      RefuseEndpoint(settings.listen, error.code().message());
    }
    bound = settings.listen;
    if (!is_unix) {
      const auto local = acceptor->local_endpoint();
      asio::ip::tcp::endpoint tcp;
      tcp.resize(local.size());
      std::copy_n(reinterpret_cast<const char*>(local.data()), local.size(),
                  reinterpret_cast<char*>(tcp.data()));
      bound = "tcp:" + tcp.address().to_string() + ":" + std::to_string(tcp.port());
    }
  }
};

Server::Server(runtime::Runtime& runtime, ServerSettings settings,
               std::vector<std::shared_ptr<const Router>> routers)
    : state_(std::make_shared<State>(runtime, settings)) {
  for (std::size_t i = 0; i < routers.size(); ++i) {
    state_->cores.push_back(std::make_shared<Core>(runtime.core(i), settings, std::move(routers[i])));
  }
}

Server::~Server() = default;

void Server::Start() {
  state_->Listen();
  for (auto& core : state_->cores) Core::StartClock(core);
  runtime::Spawn(state_->runtime.executor(0), "http accept", State::Accept(state_));
  log::Info("listening", {{"protocol", "http"}, {"endpoint", state_->bound}});
}

std::string Server::endpoint() const { return state_->bound; }

awaitable<void> Server::Drain() {
  auto state = state_;
  if (state->bound.starts_with("unix:")) unlink(state->bound.c_str() + 5);
  const runtime::Promise<runtime::Nothing> closed;
  asio::post(state->runtime.core(0), [state, closed] {
    boost::system::error_code ignored;
    if (state->acceptor) state->acceptor->close(ignored);
    closed.Set({});
  });
  co_await closed.Wait();
  std::vector<runtime::Promise<runtime::Nothing>> drained(state->cores.size());
  for (std::size_t i = 0; i < drained.size(); ++i) {
    asio::post(state->runtime.core(i), [core = state->cores[i], done = drained[i]] { core->Drain(done); });
  }
  for (const auto& core : drained) co_await core.Wait();
}

}  // namespace descant::http
