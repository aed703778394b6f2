// One connection as its client sees it: what the server takes, refuses and answers, byte by byte.
#include <thread>

#include "platform/base/uuid.h"
#include "platform/http/server_fixture.h"

namespace descant::http {
namespace {

using namespace std::string_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ConnectionTest : public ServerTest {};

TEST_F(ConnectionTest, AnswersOnAConnectionThatStays) {
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

TEST_F(ConnectionTest, KeepsAPlainRequestIdAndReplacesOthers) {
  Start();
  EXPECT_THAT(Ask("GET /hello/x HTTP/1.1\r\nHost: h\r\nX-Request-Id: abc-123\r\n\r\n"),
              AllOf(HasSubstr("X-Request-Id: abc-123\r\n"), HasSubstr(R"("id":"abc-123")")));
  EXPECT_THAT(Ask("GET /hello/x HTTP/1.1\r\nHost: h\r\nX-Request-Id: a\"b\r\n\r\n"), Not(HasSubstr("a\"b")));
  EXPECT_THAT(Ask("GET /hello/x HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr("X-Request-Id: "));
}

TEST_F(ConnectionTest, HeadHasNoBody) {
  Start();
  Client client(path());
  client.Say("HEAD /hello/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.HearAll(), AllOf(HasSubstr("Content-Length: "), ::testing::EndsWith("\r\n\r\n")));
}

TEST_F(ConnectionTest, TellsWhatIsWrong) {
  Start();
  EXPECT_THAT(Ask("GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n"),
              AllOf(HasSubstr(" 404 "), HasSubstr("route_not_found")));
  EXPECT_THAT(Ask("PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"),
              AllOf(HasSubstr(" 405 "), HasSubstr("Allow: POST\r\n"), HasSubstr("method_not_allowed"),
                    HasSubstr(R"("status":405)")));
  for (const char* method : {"PUT", "OPTIONS", "BREW"}) {
    EXPECT_THAT(Ask(std::string(method) + " /hello/x HTTP/1.1\r\nHost: h\r\n\r\n"),
                AllOf(HasSubstr(" 405 "), HasSubstr("Allow: GET, HEAD, DELETE\r\n")))
        << method;
  }
  EXPECT_THAT(Ask("GET /error HTTP/1.1\r\nHost: h\r\n\r\n"),
              AllOf(HasSubstr(" 409 "), HasSubstr("conflicting")));
  EXPECT_THAT(Ask("GET /defect HTTP/1.1\r\nHost: h\r\n\r\n"),
              AllOf(HasSubstr(" 500 "), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(Ask("GET /unknown HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr(" 500 "));
  EXPECT_THAT(Ask("GET /internal HTTP/1.1\r\nHost: h\r\n\r\n"),
              AllOf(HasSubstr(" 500 "), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(Ask("GET /split HTTP/1.1\r\nHost: h\r\n\r\n"), Not(HasSubstr("X-Evil")));
  for (const char* garbage :
       {"nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET no-slash HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nNo Colon\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n"}) {
    EXPECT_THAT(Ask(garbage), AllOf(HasSubstr(" 400 "), HasSubstr("malformed_request"))) << garbage;
  }
}

TEST_F(ConnectionTest, BodiesHaveTheLimitOfTheirRoute) {
  Start();
  EXPECT_THAT(Ask("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"), HasSubstr("hello"));
  EXPECT_THAT(Ask("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
                  "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
              HasSubstr("abcde"));
  EXPECT_THAT(Ask("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n"),
              AllOf(HasSubstr(" 413 "), HasSubstr("body_too_large")));
  EXPECT_THAT(Ask("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" +
                  std::string(255, 'x') + "\r\n0\r\n\r\n"),
              HasSubstr(" 413 "));
  EXPECT_THAT(Ask("GET /hello/x HTTP/1.1\r\nHost: h\r\nX-Long: " + std::string(20'000, 'x') + "\r\n\r\n"),
              HasSubstr(" 431 "));
  Client client(path());
  client.Say("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(client.HearUntil("\r\n\r\n"), StartsWith("HTTP/1.1 100 Continue"));
  client.Say("hello");
  EXPECT_THAT(client.HearUntil("hello"), HasSubstr("HTTP/1.1 200 OK"));
}

TEST_F(ConnectionTest, StreamsEventsUntilTheClientGoes) {
  Start();
  {
    Client client(path());
    client.Say("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(
        client.HearUntil(":\n\n"),
        AllOf(HasSubstr("Content-Type: text/event-stream\r\n"),
              HasSubstr("event: state\ndata: one\ndata: two\ndata: event: forged\ndata: four\n\n:\n\n")));
  }
  EXPECT_EQ(tests::Await(loop_, ended_.Wait()), "client_gone");
}

// What RFC 9112 has a server refuse, so that it and a proxy before it never disagree on where a request ends
// or goes.
TEST_F(ConnectionTest, RefusesWhatCouldBeReadInTwoWays) {
  Start();
  for (const std::string& request : {
           std::string("GET /hello/x HTTP/1.1\r\n\r\n"),
           std::string("GET /hello/x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
           std::string("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: "
                       "chunked\r\n\r\n0\r\n\r\n"),
           std::string(
               "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
           std::string("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n"),
           std::string("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n"),
           std::string("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\nhello"),
           std::string("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
           std::string(
               "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n"),
           std::string("GET /hello/x HTTP/1.1\r\nHost : h\r\n\r\n"),
           "GET /hello/x HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n"s,
           std::string("GET /hello/\x01 HTTP/1.1\r\nHost: h\r\n\r\n"),
           "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"s,
       }) {
    Client client(path());
    client.Say(request);
    EXPECT_THAT(client.HearAll(), AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("Connection: close\r\n"),
                                        HasSubstr(R"("status":400)"), HasSubstr("malformed_request")))
        << request;
  }
}

TEST_F(ConnectionTest, TakesNothingButTextInPathAndQuery) {
  Start();
  for (const char* target :
       {"/hello/%ff", "/hello/a%00b", "/hello/x?q=%c3", "/hello/x?q=%00", "/hello/%zz", "/hello/x?q=%"}) {
    EXPECT_THAT(Ask(std::string("GET ") + target + " HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr(" 400 "))
        << target;
  }
  EXPECT_THAT(Ask("GET /hello/%C3%BC%2F?a&q=%C3%A4&q=2 HTTP/1.1\r\nHost: h\r\n\r\n"),
              AllOf(HasSubstr(R"("name":"ü/")"), HasSubstr(R"("q":"ä")")));
  EXPECT_THAT(Ask("GET /h%65llo/x HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr(" 200 "))
      << "the same path, RFC 3986";
  EXPECT_THAT(Ask("GET http://h/hello/x?q=1 HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr(R"("q":"1")"))
      << "absolute form, RFC 9112 section 3.2.2";
}

TEST_F(ConnectionTest, HeaderNamesComeInLowerCase) {
  Start();
  EXPECT_THAT(Ask("GET /headers HTTP/1.1\r\nHost: h\r\nX-MiXed:  Value \r\n\r\n"),
              HasSubstr(R"("x-mixed":"Value")"));
}

TEST_F(ConnectionTest, MakesARequestIdForEachRequest) {
  Start();
  Client client(path());
  const std::string request = "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n";
  const auto id = [](const std::string& response) {
    return response.substr(response.find("X-Request-Id: ") + 14, 36);
  };
  const std::string first = id(client.Ask(request));
  EXPECT_TRUE(Uuid::Parse(first)) << first;
  EXPECT_NE(id(client.Ask(request)), first);
  EXPECT_THAT(Ask("GET /nothing HTTP/1.1\r\nHost: h\r\nX-Request-Id: " + std::string(65, 'a') + "\r\n\r\n"),
              Not(HasSubstr("aaa")));
  EXPECT_THAT(
      Ask("POST /echo HTTP/1.1\r\nHost: h\r\nX-Request-Id: mine\r\nContent-Length: 101\r\n\r\n"),
      AllOf(HasSubstr(" 413 "), HasSubstr("X-Request-Id: mine\r\n"), HasSubstr(R"("request_id":"mine")")));
}

TEST_F(ConnectionTest, AnOlderClientIsServedToo) {
  Start();
  Client client(path());
  client.Say("GET /hello/x HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.HearAll(), AllOf(HasSubstr(" 200 "), HasSubstr("Connection: close\r\n")));
  Client waiting(path());
  waiting.Say("POST /echo HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_THAT(waiting.HearAll(), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ConnectionTest, AClientThatEndsItsHalfIsStillAnswered) {
  Start();
  Client client(path());
  client.Say("GET /hello/x HTTP/1.1\r\nHost: h\r\n\r\nGET /hello/y HTTP/1.1\r\nHost: h\r\n\r\n");
  client.EndSaying();
  EXPECT_THAT(client.HearAll(), AllOf(HasSubstr(R"("name":"x")"), HasSubstr(R"("name":"y")")));
}

TEST_F(ConnectionTest, NoContentHasNoLength) {
  Start();
  EXPECT_THAT(Ask("DELETE /hello/x HTTP/1.1\r\nHost: h\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 204 No Content\r\n"), Not(HasSubstr("Content-Length")),
                    ::testing::EndsWith("\r\n\r\n")));
}

TEST_F(ConnectionTest, ARefusedBodyIsNotAskedFor) {
  Start();
  Client client(path());
  client.Say("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\nExpect: 100-Continue\r\n\r\n");
  EXPECT_THAT(client.Hear(), StartsWith("HTTP/1.1 413 "));
  Client other(path());
  other.Say("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\nExpect: 100-Continue\r\n\r\n");
  EXPECT_EQ(other.HearUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_F(ConnectionTest, WhoSendsTooMuchStillHearsWhy) {
  Start();
  Client client(path());
  std::jthread talker([&client] {
    try {
      client.Say("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n" +
                 std::string(3'000'000, 'x'));
      client.EndSaying();
    } catch (const boost::system::system_error&) {
      // The server need not listen to the end.
    }
  });
  EXPECT_THAT(client.HearAll(), StartsWith("HTTP/1.1 413 "));
}

TEST_F(ConnectionTest, AChunkWithoutEndTakesNoMemory) {
  Start();
  Client client(path());
  client.Say("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;");
  std::jthread talker([&client] {
    try {
      const std::string extension(64 * 1024, 'x');
      for (int i = 0; i < 16; ++i) client.Say(extension);
      client.EndSaying();
    } catch (const boost::system::system_error&) {
      // It was cut off.
    }
  });
  EXPECT_THAT(client.HearAll(), StartsWith("HTTP/1.1 400 "));
}

TEST_F(ConnectionTest, HeadOfAStreamIsItsHeader) {
  Start();
  Client client(path());
  client.Say("HEAD /events HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.HearAll(), AllOf(HasSubstr("text/event-stream"), ::testing::EndsWith("\r\n\r\n")));
}

}  // namespace
}  // namespace descant::http
