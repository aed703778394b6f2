// A server for tests, with a route for each thing that can happen, and a client that says just what it is
// told to.
#pragma once

#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>

#include "platform/base/error.h"
#include "platform/http/server.h"
#include "platform/runtime/promise.h"
#include "platform/runtime/runtime.h"
#include "tests/support/await.h"
#include "tests/support/temporary_folder.h"

namespace descant::http {

class Client {
 public:
  explicit Client(const std::string& path) : Client(asio::local::stream_protocol::endpoint(path)) {}
  explicit Client(const asio::generic::stream_protocol::endpoint& endpoint) : socket_(context_) {
    socket_.connect(endpoint);
  }
  void Say(const std::string& bytes) { asio::write(socket_, asio::buffer(bytes)); }
  // One response with its Content-Length.
  std::string Hear() {
    const std::size_t head = asio::read_until(socket_, asio::dynamic_buffer(heard_), "\r\n\r\n");
    std::size_t length = 0;
    const std::size_t at = heard_.find("Content-Length: ");
    if (at < head) length = std::strtoul(heard_.c_str() + at + 16, nullptr, 10);
    if (heard_.size() < head + length) {
      asio::read(socket_, asio::dynamic_buffer(heard_),
                 asio::transfer_exactly(head + length - heard_.size()));
    }
    std::string response = heard_.substr(0, head + length);
    heard_.erase(0, head + length);
    return response;
  }
  std::string HearUntil(const std::string& end) {
    const std::size_t size = asio::read_until(socket_, asio::dynamic_buffer(heard_), end);
    return heard_.substr(0, size);
  }
  // One response, or what there is of it when the server closes.
  std::string HearIfAny() {
    boost::system::error_code error;
    asio::read_until(socket_, asio::dynamic_buffer(heard_), "\r\n\r\n", error);
    return error ? heard_ : Hear();
  }
  // Everything until the server closes.
  std::string HearAll() {
    boost::system::error_code error;
    asio::read(socket_, asio::dynamic_buffer(heard_), error);
    return heard_;
  }
  std::string Ask(const std::string& bytes) {
    Say(bytes);
    return Hear();
  }
  // Says that nothing more will come, and still listens.
  void EndSaying() { socket_.shutdown(asio::socket_base::shutdown_send); }

 private:
  asio::io_context context_;
  asio::generic::stream_protocol::socket socket_;
  std::string heard_;
};

class ServerTest : public ::testing::Test {
 protected:
  void Start(ServerSettings settings = {}) {
    if (settings.listen.empty()) settings.listen = "unix:" + path();
    std::vector<std::shared_ptr<const Router>> routers;
    for (std::size_t i = 0; i < runtime_.cores(); ++i) routers.push_back(MakeRouter());
    server_ = std::make_unique<Server>(runtime_, settings, std::move(routers));
    server_->Start();
    thread_ = std::thread([this] { runtime_.Run(std::chrono::seconds(5)); });
  }
  ~ServerTest() override {
    release_.Set({});
    runtime_.Stop();
    if (thread_.joinable()) thread_.join();
  }

  std::shared_ptr<const Router> MakeRouter() {
    auto router = std::make_shared<Router>();
    router->Add({Method::kGet, "/hello/{name}", [](const Request& request) -> awaitable<Response> {
                   co_return Json(200, boost::json::value{{"name", request.Parameter("name")},
                                                          {"q", request.QueryValue("q").value_or("")},
                                                          {"id", request.context.request_id}});
                 }});
    router->Add(
        {Method::kPost, "/echo",
         [](const Request& request) -> awaitable<Response> { co_return Response{.body = request.body}; },
         100});
    router->Add({Method::kGet, "/error", [](const Request&) -> awaitable<Response> {
                   throw Error(ErrorKind::kConflict, "conflicting", "It does not fit.");
                 }});
    router->Add({Method::kGet, "/defect", [](const Request&) -> awaitable<Response> {
                   throw std::runtime_error("password=hunter2");
                 }});
    router->Add({Method::kGet, "/unknown", [](const Request&) -> awaitable<Response> { throw 42; }});
    router->Add({Method::kGet, "/internal", [](const Request&) -> awaitable<Response> {
                   throw Error(ErrorKind::kInternal, "hunter2_code", "password=hunter2");
                 }});
    router->Add({Method::kGet, "/large", [](const Request&) -> awaitable<Response> {
                   co_return Response{.body = std::string(64 << 20, 'x')};
                 }});
    router->Add({Method::kDelete, "/hello/{name}",
                 [](const Request&) -> awaitable<Response> { co_return NoContent(); }});
    router->Add({Method::kGet, "/headers", [](const Request& request) -> awaitable<Response> {
                   boost::json::object headers;
                   for (const auto& [name, value] : request.headers) headers[name] = value;
                   co_return Json(200, headers);
                 }});
    router->Add({Method::kGet, "/split", [](const Request&) -> awaitable<Response> {
                   Response response;
                   response.headers.emplace_back("X-Split", "a\r\nX-Evil: 1");
                   response.headers.emplace_back("X-Name\r\nX-Evil", "1");
                   co_return response;
                 }});
    router->Add({Method::kGet, "/wait", [this](const Request&) -> awaitable<Response> {
                   arrived_.Set({});
                   co_await release_.Wait();
                   co_return Json(200, boost::json::value{{"done", true}});
                 }});
    router->Add({Method::kGet, "/thread", [](const Request&) -> awaitable<Response> {
                   std::ostringstream id;
                   id << std::this_thread::get_id();
                   co_return Response{.body = id.str()};
                 }});
    router->Add({Method::kGet, "/quiet", [this](const Request&) -> awaitable<Response> {
                   co_return Events([this](EventStream& stream) -> awaitable<void> {
                     co_await stream.Comment();
                     co_await release_.Wait();
                   });
                 }});
    router->Add({Method::kGet, "/events", [this](const Request&) -> awaitable<Response> {
                   co_return Events([this](EventStream& stream) -> awaitable<void> {
                     co_await stream.Send("state", "one\ntwo\revent: forged\r\nfour");
                     co_await stream.Comment();
                     arrived_.Set({});
                     try {
                       while (true) co_await stream.Send("more", std::string(10'000, 'x'));
                     } catch (const Error& error) {
                       ended_.Set(error.code());
                       throw;
                     }
                   });
                 }});
    return router;
  }

  std::string path() const { return (folder_.path() / "http.sock").string(); }
  std::string Ask(const std::string& request) { return Client(path()).Ask(request); }

  // Asks the server to drain, on its own core; is done when that is.
  awaitable<void> Drained() {
    runtime::Promise<runtime::Nothing> drained;
    runtime::Spawn(runtime_.executor(0), "drain",
                   [](Server& server, runtime::Promise<runtime::Nothing> done) -> awaitable<void> {
                     co_await server.Drain();
                     done.Set({});
                   }(*server_, drained));
    return Wait(drained);
  }
  static awaitable<void> Wait(runtime::Promise<runtime::Nothing> promise) { co_await promise.Wait(); }

  tests::TemporaryFolder folder_;
  runtime::Runtime runtime_{2};
  runtime::Promise<runtime::Nothing> arrived_;
  runtime::Promise<runtime::Nothing> release_;
  runtime::Promise<std::string> ended_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
  asio::io_context& loop_ = tests::LastingLoop();
};

}  // namespace descant::http
