// An HTTP client for object storage, by libcurl: bodies stream from and to wherever the caller has them, so
// that memory does not grow with their size. One thread drives all transfers of a process and keeps their
// connections for the next; callbacks run on it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/runtime/awaitable.h"

namespace descant::transfer {

using Headers = std::vector<std::pair<std::string, std::string>>;

// A body to send. `read` fills `buffer` with up to `size` bytes from `offset` on and answers how many; it may
// be asked for the same bytes again, and may throw.
struct Source {
  std::int64_t size = 0;
  std::function<std::size_t(std::int64_t offset, char* buffer, std::size_t size)> read;
};
Source FromBytes(std::string bytes);

// Where the body of an answer goes, piece by piece. It may throw, which ends the transfer.
using Sink = std::function<void(std::string_view)>;

enum class Proxy { kOfEnvironment, kNone };

// Owns all that its functions refer to: the caller may be gone before the transfer is.
struct Request {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::optional<Source> body;
  Sink sink;  // takes the body of an answer of this status; any other body comes with the answer
  int sink_status = 200;
  // Of the whole transfer, from when it gets its turn.
  std::chrono::milliseconds deadline{30'000};
  Proxy proxy = Proxy::kOfEnvironment;
};

struct Response {
  int status = 0;
  Headers headers;   // names in lower case
  std::string body;  // at most Settings::max_body, unless a sink took it

  // The first header of this (lower-case) name; empty when there is none.
  std::string_view Header(std::string_view name) const;
};

struct Settings {
  std::size_t concurrency = 64;  // transfers at a time; others wait for their turn
  std::size_t queue = 4096;      // at most so many
  std::size_t max_body = std::size_t{4} << 20;
  std::string ca_file;  // PEM: the certificates that are trusted; empty: the system's
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::seconds stall_timeout{30};  // a transfer that moves nothing for so long has failed
};

class Transfers {
 public:
  explicit Transfers(Settings settings = {});
  ~Transfers();  // ends what is under way; those who wait get Error kCancelled

  // Any status is an answer; redirects are not followed. May be called from any core. Throws Error:
  // kUnavailable `transfer_failed` when there was no whole answer, kDeadlineExceeded `transfer_timed_out`,
  // kTooLarge `answer_too_large`, kUnavailable `overloaded`, and what the request's functions throw.
  awaitable<Response> Run(Request request);

  // The same for a thread that may wait.
  Response RunHere(Request request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace descant::transfer
