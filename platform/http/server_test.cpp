// The server as its clients see it, over real sockets.
#include "platform/http/server.h"

#include <thread>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>

#include "platform/base/error.h"
#include "platform/runtime/promise.h"
#include "tests/support/await.h"
#include "tests/support/temporary_folder.h"

namespace descant::http {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

// A client that says just what it is told to.
class Client {
 public:
  explicit Client(const std::string& path) : socket_(context_) {
    socket_.connect(asio::local::stream_protocol::endpoint(path));
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

 private:
  asio::io_context context_;
  asio::local::stream_protocol::socket socket_;
  std::string heard_;
};

class ServerTest : public ::testing::Test {
 protected:
  void Start(ServerSettings settings = {}) {
    settings.listen = "unix:" + path();
    std::vector<std::shared_ptr<const Router>> routers;
    for (std::size_t i = 0; i < runtime_.cores(); ++i) routers.push_back(MakeRouter());
    server_ = std::make_unique<Server>(runtime_, settings, std::move(routers));
    server_->Start();
    thread_ = std::thread([this] { runtime_.Run(5s); });
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
    router->Add({Method::kGet, "/split", [](const Request&) -> awaitable<Response> {
                   Response response;
                   response.headers.emplace_back("X-Split", "a\r\nX-Evil: 1");
                   co_return response;
                 }});
    router->Add({Method::kGet, "/wait", [this](const Request&) -> awaitable<Response> {
                   arrived_.Set({});
                   co_await release_.Wait();
                   co_return Json(200, boost::json::value{{"done", true}});
                 }});
    router->Add({Method::kGet, "/events", [this](const Request&) -> awaitable<Response> {
                   co_return Events([this](EventStream& stream) -> awaitable<void> {
                     co_await stream.Send("state", "one\ntwo");
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

  tests::TemporaryFolder folder_;
  runtime::Runtime runtime_{2};
  runtime::Promise<runtime::Nothing> arrived_;
  runtime::Promise<runtime::Nothing> release_;
  runtime::Promise<std::string> ended_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
  asio::io_context& loop_ = tests::LastingLoop();
};

TEST_F(ServerTest, AnswersOnAConnectionThatStays) {
  Start();
  Client client(path());
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(
        client.Ask("GET /hello/a%20b?q=1+2 HTTP/1.1\r\nHost: h\r\n\r\n"),
        AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr(R"("name":"a b")"), HasSubstr(R"("q":"1 2")")));
  }
  client.Say("GET /hello/x HTTP/1.1\r\nHost: h\r\n\r\nGET /hello/y HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.Hear(), HasSubstr(R"("name":"x")"));
  EXPECT_THAT(client.Hear(), HasSubstr(R"("name":"y")"));
  client.Say("GET /hello/z HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.HearAll(), AllOf(HasSubstr(R"("name":"z")"), HasSubstr("Connection: close")));
}

TEST_F(ServerTest, KeepsAPlainRequestIdAndReplacesOthers) {
  Start();
  EXPECT_THAT(Ask("GET /hello/x HTTP/1.1\r\nX-Request-Id: abc-123\r\n\r\n"),
              AllOf(HasSubstr("X-Request-Id: abc-123\r\n"), HasSubstr(R"("id":"abc-123")")));
  EXPECT_THAT(Ask("GET /hello/x HTTP/1.1\r\nX-Request-Id: a\"b\r\n\r\n"), Not(HasSubstr("a\"b")));
  EXPECT_THAT(Ask("GET /hello/x HTTP/1.1\r\n\r\n"), HasSubstr("X-Request-Id: "));
}

TEST_F(ServerTest, HeadHasNoBody) {
  Start();
  Client client(path());
  client.Say("HEAD /hello/x HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.HearAll(), AllOf(HasSubstr("Content-Length: "), ::testing::EndsWith("\r\n\r\n")));
}

TEST_F(ServerTest, TellsWhatIsWrong) {
  Start();
  EXPECT_THAT(Ask("GET /nothing HTTP/1.1\r\n\r\n"), AllOf(HasSubstr(" 404 "), HasSubstr("route_not_found")));
  EXPECT_THAT(Ask("PUT /echo HTTP/1.1\r\nContent-Length: 0\r\n\r\n"),
              AllOf(HasSubstr(" 405 "), HasSubstr("Allow: POST\r\n"), HasSubstr("method_not_allowed")));
  EXPECT_THAT(Ask("GET /error HTTP/1.1\r\n\r\n"), AllOf(HasSubstr(" 409 "), HasSubstr("conflicting")));
  EXPECT_THAT(Ask("GET /defect HTTP/1.1\r\n\r\n"), AllOf(HasSubstr(" 500 "), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(Ask("GET /split HTTP/1.1\r\n\r\n"), Not(HasSubstr("X-Evil")));
  for (const char* garbage :
       {"nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET no-slash HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nNo Colon\r\n\r\n", "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"}) {
    EXPECT_THAT(Ask(garbage), AllOf(HasSubstr(" 400 "), HasSubstr("malformed_request"))) << garbage;
  }
}

TEST_F(ServerTest, BodiesHaveTheLimitOfTheirRoute) {
  Start();
  EXPECT_THAT(Ask("POST /echo HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"), HasSubstr("hello"));
  EXPECT_THAT(
      Ask("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
      HasSubstr("abcde"));
  EXPECT_THAT(Ask("POST /echo HTTP/1.1\r\nContent-Length: 101\r\n\r\n"),
              AllOf(HasSubstr(" 413 "), HasSubstr("body_too_large")));
  EXPECT_THAT(Ask("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + std::string(255, 'x') +
                  "\r\n0\r\n\r\n"),
              HasSubstr(" 413 "));
  EXPECT_THAT(Ask("GET /hello/x HTTP/1.1\r\nX-Long: " + std::string(20'000, 'x') + "\r\n\r\n"),
              HasSubstr(" 431 "));
  Client client(path());
  client.Say("POST /echo HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(client.HearUntil("\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue"));
  client.Say("hello");
  EXPECT_THAT(client.HearUntil("hello"), HasSubstr("HTTP/1.1 200 OK"));
}

TEST_F(ServerTest, StreamsEventsUntilTheClientGoes) {
  Start();
  {
    Client client(path());
    client.Say("GET /events HTTP/1.1\r\n\r\n");
    EXPECT_THAT(client.HearUntil(":\n\n"), AllOf(HasSubstr("Content-Type: text/event-stream\r\n"),
                                                 HasSubstr("event: state\ndata: one\ndata: two\n\n:\n\n")));
  }
  EXPECT_EQ(tests::Await(loop_, ended_.Wait()), "client_gone");
}

TEST_F(ServerTest, CutsOffWhoIsTooSlow) {
  Start({.idle = 1s, .receive = 1s});
  Client silent(path());
  EXPECT_EQ(silent.HearAll(), "");
  Client slow(path());
  slow.Say("GET /hello/x HTTP/1.1\r\nX-Half: ");
  EXPECT_EQ(slow.HearAll(), "");
}

TEST_F(ServerTest, MoreConnectionsThanItMayWaitTheirTurn) {
  Start({.max_connections = 2});
  auto first = std::make_unique<Client>(path());
  EXPECT_THAT(first->Ask("GET /hello/1 HTTP/1.1\r\n\r\n"), HasSubstr(" 200 "));
  Client second(path());
  EXPECT_THAT(second.Ask("GET /hello/2 HTTP/1.1\r\n\r\n"), HasSubstr(" 200 "));
  Client third(path());
  third.Say("GET /hello/3 HTTP/1.1\r\n\r\n");
  first.reset();
  EXPECT_THAT(third.Hear(), HasSubstr(" 200 "));
}

TEST_F(ServerTest, ManyClientsAtOnce) {
  Start();
  std::atomic<int> right{0};
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 16; ++i) {
      clients.emplace_back([this, i, &right] {
        Client client(path());
        for (int j = 0; j < 50; ++j) {
          const std::string name = std::to_string(i * 1000 + j);
          right += client.Ask("GET /hello/" + name + " HTTP/1.1\r\n\r\n").find("\"" + name + "\"") !=
                   std::string::npos;
        }
      });
    }
  }
  EXPECT_EQ(right, 16 * 50);
}

TEST_F(ServerTest, DrainingLetsRequestsFinishAndTakesNoNewOnes) {
  Start();
  Client idle(path());
  EXPECT_THAT(idle.Ask("GET /hello/x HTTP/1.1\r\n\r\n"), HasSubstr(" 200 "));
  Client busy(path());
  busy.Say("GET /wait HTTP/1.1\r\n\r\n");
  tests::Await(loop_, arrived_.Wait());
  runtime::Promise<runtime::Nothing> drained;
  runtime::Spawn(runtime_.executor(0), "drain",
                 [](Server& server, runtime::Promise<runtime::Nothing> done) -> awaitable<void> {
                   co_await server.Drain();
                   done.Set({});
                 }(*server_, drained));
  EXPECT_EQ(idle.HearAll(), "") << "idle connections are closed";
  EXPECT_THROW(Client(path()).Ask("GET /hello/x HTTP/1.1\r\n\r\n"), boost::system::system_error);
  release_.Set({});
  EXPECT_THAT(busy.HearAll(), AllOf(HasSubstr(R"({"done":true})"), HasSubstr("Connection: close")));
  tests::Await(loop_, drained.Wait());
}

TEST_F(ServerTest, ASocketInUseIsNotTakenOverAndADeadOneIs) {
  {
    asio::io_context context;
    asio::local::stream_protocol::acceptor dead(context, asio::local::stream_protocol::endpoint(path()));
  }  // closed, but the file stays
  Start();
  EXPECT_THAT(Ask("GET /hello/x HTTP/1.1\r\n\r\n"), HasSubstr(" 200 "));
  Server second(runtime_, {.listen = "unix:" + path()}, {});
  EXPECT_THROW(second.Start(), Error);
}

TEST_F(ServerTest, ListensOnTcpToo) {
  std::vector<std::shared_ptr<const Router>> routers(2, MakeRouter());
  Server tcp(runtime_, {.listen = "tcp:127.0.0.1:0"}, routers);
  tcp.Start();
  thread_ = std::thread([this] { runtime_.Run(5s); });
  EXPECT_THAT(tcp.endpoint(), MatchesRegex("tcp:127\\.0\\.0\\.1:[0-9]+"));
  asio::io_context context;
  asio::ip::tcp::socket socket(context);
  const auto port =
      static_cast<unsigned short>(std::stoi(tcp.endpoint().substr(tcp.endpoint().rfind(':') + 1)));
  socket.connect({asio::ip::make_address("127.0.0.1"), port});
  asio::write(socket, asio::buffer(std::string("GET /hello/x HTTP/1.1\r\nConnection: close\r\n\r\n")));
  std::string heard;
  boost::system::error_code end;
  asio::read(socket, asio::dynamic_buffer(heard), end);
  EXPECT_THAT(heard, HasSubstr(" 200 OK"));
  for (const char* listen : {"", "unix:", "tcp:1.2.3", "tcp:x:1", "http://x"}) {
    EXPECT_THROW(Server(runtime_, {.listen = listen}, {}).Start(), Error) << listen;
  }
}

}  // namespace
}  // namespace descant::http
