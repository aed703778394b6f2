#include "platform/transfer/transfer.h"

#include <thread>

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/base/error.h"
#include "tests/support/await.h"
#include "tests/support/loopback.h"
#include "tests/support/scripted_server.h"

namespace descant::transfer {
namespace {

using ::testing::HasSubstr;
using tests::Await;
using tests::CodeOf;
using tests::HttpAnswer;
using tests::ScriptedServer;

class TransferTest : public ::testing::Test {
 protected:
  asio::io_context& loop_ = tests::LastingLoop();
  Transfers transfers_{{.max_body = 100, .stall_timeout = std::chrono::seconds(1)}};
};

TEST_F(TransferTest, SendsAndReceives) {
  ScriptedServer server(
      [](const std::string&, std::size_t) { return HttpAnswer(201, "made", "X-Kind:  Some thing \r\n"); });
  const Response response = Await(loop_, transfers_.Run({.method = "PUT",
                                                         .url = server.url() + "/a%20b?c=d",
                                                         .headers = {{"X-Name", "value"}, {"X-Empty", ""}},
                                                         .body = FromBytes("bytes")}));
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "made");
  EXPECT_EQ(response.Header("x-kind"), "Some thing");
  EXPECT_EQ(response.Header("x-absent"), "");
  const std::string request = server.requests().at(0);
  EXPECT_THAT(request, ::testing::StartsWith("PUT /a%20b?c=d HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Name: value\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Empty:"));
  EXPECT_THAT(request, HasSubstr("\r\nContent-Length: 5\r\n"));
  EXPECT_THAT(request, ::testing::EndsWith("\r\n\r\nbytes"));
}

TEST_F(TransferTest, ASinkTakesTheBodyOfItsStatusOnly) {
  ScriptedServer server(
      [](const std::string&, std::size_t before) { return HttpAnswer(before == 0 ? 200 : 404, "body"); });
  const auto taken = std::make_shared<std::string>();
  const Request request{.url = server.url(), .sink = [taken](std::string_view bytes) { *taken += bytes; }};
  EXPECT_EQ(Await(loop_, transfers_.Run(request)).body, "");
  EXPECT_EQ(*taken, "body");
  EXPECT_EQ(Await(loop_, transfers_.Run(request)).body, "body");
  EXPECT_EQ(*taken, "body");
}

TEST_F(TransferTest, WhatCallersThrowArrives) {
  ScriptedServer server([](const std::string&, std::size_t) { return HttpAnswer(200, "body"); });
  const auto fail = [](std::string_view) {
    throw Error(ErrorKind::kResourceExhausted, "storage_full", "Full.");
  };
  EXPECT_EQ(CodeOf(loop_, transfers_.Run({.url = server.url(), .sink = fail})), "storage_full");
  const Source broken{.size = 5, .read = [](std::int64_t, char*, std::size_t) -> std::size_t {
                        throw Error(ErrorKind::kInternal, "broken", "Broken.");
                      }};
  EXPECT_EQ(CodeOf(loop_, transfers_.Run({.method = "PUT", .url = server.url(), .body = broken})), "broken");
}

TEST_F(TransferTest, AnswersAreBounded) {
  ScriptedServer server(
      [](const std::string&, std::size_t) { return HttpAnswer(200, std::string(101, 'x')); });
  EXPECT_EQ(CodeOf(loop_, transfers_.Run({.url = server.url()})), "answer_too_large");
}

TEST_F(TransferTest, AnAnswerThatIsNotWholeIsNone) {
  ScriptedServer server([](const std::string&, std::size_t before) -> std::string {
    return before == 0 ? "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort" : "";
  });
  EXPECT_EQ(CodeOf(loop_, transfers_.Run({.url = server.url()})), "transfer_failed");
  EXPECT_EQ(CodeOf(loop_, transfers_.Run({.url = server.url()})), "transfer_failed");
}

TEST_F(TransferTest, NobodyThereIsAFailure) {
  const auto [listener, port] = tests::ListenOnLoopback();
  close(listener);
  EXPECT_EQ(CodeOf(loop_, transfers_.Run({.url = "http://127.0.0.1:" + std::to_string(port)})),
            "transfer_failed");
  EXPECT_EQ(CodeOf(loop_, transfers_.Run({.url = "file:///etc/passwd"})), "transfer_failed");
  EXPECT_EQ(CodeOf(loop_, transfers_.Run({.url = "http://"})), "transfer_failed");
}

TEST_F(TransferTest, DeadlinesAndStallsEndATransfer) {
  const auto [listener, port] = tests::ListenOnLoopback();  // connects, and nobody answers
  const std::string url = "http://127.0.0.1:" + std::to_string(port);
  EXPECT_EQ(CodeOf(loop_, transfers_.Run({.url = url, .deadline = std::chrono::milliseconds(20)})),
            "transfer_timed_out");
  EXPECT_EQ(CodeOf(loop_, transfers_.Run({.url = url, .deadline = std::chrono::minutes(1)})),
            "transfer_timed_out")
      << "a minute is not over: it was the stall";
  close(listener);
}

TEST_F(TransferTest, TheEndOfTransfersEndsThem) {
  const auto [listener, port] = tests::ListenOnLoopback();
  auto ending = std::make_unique<Transfers>(Settings{.concurrency = 2});
  std::vector<std::string> codes;
  for (int i = 0; i < 5; ++i) {
    asio::co_spawn(
        loop_,
        [](Transfers& transfers, std::string url) -> awaitable<void> {
          co_await transfers.Run({.url = std::move(url)});
        }(*ending, "http://127.0.0.1:" + std::to_string(port)),
        [&codes](const std::exception_ptr& error) {
          try {
            std::rethrow_exception(error);
          } catch (const Error& told) {
            codes.push_back(told.code());
          }
        });
  }
  loop_.restart();
  loop_.poll();
  ending.reset();
  tests::RunUntil(loop_, [&codes] { return codes.size() == 5; });
  EXPECT_THAT(codes, ::testing::Each("cancelled"));
  close(listener);
}

TEST_F(TransferTest, ConnectionsServeAgain) {
  // It accepts one connection, and keeps it.
  const auto [listener, port] = tests::ListenOnLoopback();
  std::thread keeping([listener] {
    const int connection = accept(listener, nullptr, nullptr);
    for (int i = 0; i < 3; ++i) {
      std::string request;
      char buffer[1024];
      while (!request.contains("\r\n\r\n")) {
        const ssize_t got = recv(connection, buffer, sizeof buffer, 0);
        if (got <= 0) break;
        request.append(buffer, static_cast<std::size_t>(got));
      }
      tests::SendAll(connection, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
    }
    close(connection);
  });
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Await(loop_, transfers_.Run({.url = "http://127.0.0.1:" + std::to_string(port)})).body, "x");
  }
  keeping.join();
  close(listener);
}

}  // namespace
}  // namespace descant::transfer
