// The server as its clients see it, over real sockets: listening, limits, many at once, and its end.
#include "platform/http/server.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include <boost/asio/ip/tcp.hpp>

#include "platform/http/server_fixture.h"

namespace descant::http {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(ServerTest, CutsOffWhoIsTooSlow) {
  Start({.idle = 1s, .receive = 1s});
  Client silent(path());
  EXPECT_EQ(silent.HearAll(), "");
  Client slow(path());
  slow.Say("GET /hello/x HTTP/1.1\r\nHost: h\r\nX-Half: ");
  EXPECT_EQ(slow.HearAll(), "");
}

TEST_F(ServerTest, MoreConnectionsThanItMayWaitTheirTurn) {
  Start({.max_connections = 2});
  auto first = std::make_unique<Client>(path());
  EXPECT_THAT(first->Ask("GET /hello/1 HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr(" 200 "));
  Client second(path());
  EXPECT_THAT(second.Ask("GET /hello/2 HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr(" 200 "));
  Client third(path());
  third.Say("GET /hello/3 HTTP/1.1\r\nHost: h\r\n\r\n");
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
          right +=
              client.Ask("GET /hello/" + name + " HTTP/1.1\r\nHost: h\r\n\r\n").find("\"" + name + "\"") !=
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
  EXPECT_THAT(idle.Ask("GET /hello/x HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr(" 200 "));
  Client busy(path());
  busy.Say("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  tests::Await(loop_, arrived_.Wait());
  awaitable<void> drained = Drained();
  EXPECT_EQ(idle.HearAll(), "") << "idle connections are closed";
  EXPECT_THROW(Client(path()).Ask("GET /hello/x HTTP/1.1\r\nHost: h\r\n\r\n"), boost::system::system_error);
  release_.Set({});
  EXPECT_THAT(busy.HearAll(), AllOf(HasSubstr(R"({"done":true})"), HasSubstr("Connection: close")));
  tests::Await(loop_, std::move(drained));
}

TEST_F(ServerTest, ASocketInUseIsNotTakenOverAndADeadOneIs) {
  {
    asio::io_context context;
    asio::local::stream_protocol::acceptor dead(context, asio::local::stream_protocol::endpoint(path()));
  }  // closed, but the file stays
  Start();
  EXPECT_THAT(Ask("GET /hello/x HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr(" 200 "));
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
  asio::write(socket,
              asio::buffer(std::string("GET /hello/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")));
  std::string heard;
  boost::system::error_code end;
  asio::read(socket, asio::dynamic_buffer(heard), end);
  EXPECT_THAT(heard, HasSubstr(" 200 OK"));
  for (const char* listen : {"", "unix:", "tcp:1.2.3", "tcp:x:1", "http://x"}) {
    EXPECT_THROW(Server(runtime_, {.listen = listen}, {}).Start(), Error) << listen;
  }
}

TEST_F(ServerTest, CutsOffWhoDoesNotReadTheAnswer) {
  Start({.max_connections = 1, .send = 1s});
  Client client(path());
  client.Say("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  client.HearUntil("\r\n\r\n");
  // There is room for this one only when the other has been cut off.
  EXPECT_THAT(Ask("GET /hello/x HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr(" 200 "));
  const std::string heard = client.HearAll();
  EXPECT_LT(heard.size(), 64U << 20);
  EXPECT_THAT(heard, Not(HasSubstr("504"))) << "an answer that has begun is not answered again";
}

TEST_F(ServerTest, AHandlerThatNeverComesBackIsAnsweredFor) {
  Start({.handle = 1s});
  Client client(path());
  client.Say("GET /wait HTTP/1.1\r\nHost: h\r\nX-Request-Id: late\r\n\r\n");
  EXPECT_THAT(client.HearAll(), AllOf(StartsWith("HTTP/1.1 504 "), HasSubstr("deadline_exceeded"),
                                      HasSubstr("X-Request-Id: late\r\n")));
  release_.Set({});
  EXPECT_THAT(Ask("GET /hello/x HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr(" 200 "))
      << "and the server goes on";
}

TEST_F(ServerTest, DrainingEndsStreamsAndCloses) {
  Start();
  Client stream(path());
  stream.Say("GET /quiet HTTP/1.1\r\nHost: h\r\n\r\n");
  stream.HearUntil(":\n\n");
  std::vector<std::unique_ptr<Client>> idle;
  for (int i = 0; i < 20; ++i) {
    idle.push_back(std::make_unique<Client>(path()));
    idle.back()->Ask("GET /hello/x HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  tests::Await(loop_, Drained());
  stream.HearAll();  // returns
  for (auto& client : idle) EXPECT_EQ(client->HearAll(), "");
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(ServerTest, DrainingUnderLoadBreaksNoAnswer) {
  Start();
  std::atomic<int> broken{0};
  std::atomic<int> answered{0};
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i) {
      clients.emplace_back([&] {
        std::string heard;
        try {
          Client client(path());
          while (true) {
            client.Say("GET /hello/x HTTP/1.1\r\nHost: h\r\n\r\n");
            heard = client.HearIfAny();
            if (heard.empty()) return;
            if (!heard.ends_with("}")) ++broken;
            ++answered;
          }
        } catch (const boost::system::system_error&) {
          // Closed between two requests.
        }
      });
    }
    while (answered < 500) std::this_thread::yield();
    tests::Await(loop_, Drained());
  }
  EXPECT_EQ(broken, 0);
}

TEST_F(ServerTest, WhatIsNoSocketIsLeftAlone) {
  std::ofstream(path()) << "precious";
  Server server(runtime_, {.listen = "unix:" + path()}, {});
  EXPECT_THROW(server.Start(), Error);
  EXPECT_EQ(std::filesystem::file_size(path()), 8);
  EXPECT_THROW(Server(runtime_, {.listen = "unix:/" + std::string(200, 'x')}, {}).Start(), Error);
  EXPECT_THROW(Server(runtime_, {.listen = "unix:" + path() + ".none/http.sock"}, {}).Start(), Error);
}

TEST_F(ServerTest, ItsSocketIsForItsGroup) {
  Start();
  EXPECT_EQ(std::filesystem::status(path()).permissions(), std::filesystem::perms(0660));
}

TEST_F(ServerTest, UsesEveryCore) {
  Start();
  std::set<std::string> threads;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<Client>(path()));
    const std::string response = clients.back()->Ask("GET /thread HTTP/1.1\r\nHost: h\r\n\r\n");
    threads.insert(response.substr(response.find("\r\n\r\n")));
  }
  EXPECT_EQ(threads.size(), 2);
}

}  // namespace
}  // namespace descant::http
