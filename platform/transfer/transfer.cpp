#include "platform/transfer/transfer.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include <curl/curl.h>

#include "platform/base/error.h"
#include "platform/log/log.h"
#include "platform/runtime/promise.h"

namespace descant::transfer {

namespace {

constexpr long kBuffer = 128 * 1024;
constexpr std::size_t kMaxHeaders = 100;
constexpr int kLongestPoll = 1000;  // ms

struct FreeEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// One request under way: what libcurl's callbacks work on.
struct Exchange {
  Request request;
  std::function<void(Response)> succeed;
  std::function<void(std::exception_ptr)> fail;

  std::unique_ptr<CURL, FreeEasy> handle;
  std::unique_ptr<curl_slist, FreeList> headers;
  std::int64_t sent = 0;
  std::size_t max_body = 0;
  Response response;
  std::exception_ptr failure;  // of a callback

  int Status() const {
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
  }

  void Take(std::string_view bytes) {
    if (request.sink && Status() == request.sink_status) return request.sink(bytes);
    if (response.body.size() + bytes.size() > max_body) {
      throw Error(ErrorKind::kTooLarge, "answer_too_large", "The answer is too large.");
    }
    response.body += bytes;
  }

  void TakeHeader(std::string_view line) {
    if (line.starts_with("HTTP/")) return response.headers.clear();  // of an interim answer
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || response.headers.size() >= kMaxHeaders) return;
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    const std::size_t end = line.find_last_not_of(" \t\r\n");
    response.headers.emplace_back(std::move(name), begin == std::string_view::npos || end < begin
                                                       ? ""
                                                       : line.substr(begin, end - begin + 1));
  }
};

// Nothing throws through libcurl: what a callback throws is kept, and the transfer ended.
template <class F>
std::size_t Guarded(Exchange& exchange, std::size_t on_failure, F work) noexcept {
  try {
    return work();
  } catch (...) {
    exchange.failure = std::current_exception();
    return on_failure;
  }
}

std::size_t OnBody(char* data, std::size_t, std::size_t size, void* context) {
  Exchange& exchange = *static_cast<Exchange*>(context);
  return Guarded(exchange, 0, [&] { return exchange.Take({data, size}), size; });
}

std::size_t OnHeader(char* data, std::size_t, std::size_t size, void* context) {
  Exchange& exchange = *static_cast<Exchange*>(context);
  return Guarded(exchange, 0, [&] { return exchange.TakeHeader({data, size}), size; });
}

std::size_t OnRead(char* buffer, std::size_t unit, std::size_t count, void* context) {
  Exchange& exchange = *static_cast<Exchange*>(context);
  return Guarded(exchange, CURL_READFUNC_ABORT, [&] {
    const Source& source = *exchange.request.body;
    const auto left = static_cast<std::size_t>(source.size - exchange.sent);
    const std::size_t got = source.read(exchange.sent, buffer, std::min(unit * count, left));
    exchange.sent += static_cast<std::int64_t>(got);
    return got;
  });
}

// To send a body again on a new connection, after the server had closed a kept one.
int OnSeek(void* context, curl_off_t offset, int origin) {
  if (origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  static_cast<Exchange*>(context)->sent = offset;
  return CURL_SEEKFUNC_OK;
}

template <class T>
void Set(CURL* handle, CURLoption option, T value) {
  const CURLcode code = curl_easy_setopt(handle, option, value);
  if (code != CURLE_OK) throw std::runtime_error(std::string("libcurl: ") + curl_easy_strerror(code));
}

void Prepare(Exchange& exchange, const Settings& settings) {
  exchange.max_body = settings.max_body;
  exchange.handle.reset(curl_easy_init());
  CURL* handle = exchange.handle.get();
  if (!handle) throw std::bad_alloc();
  const Request& request = exchange.request;
  Set(handle, CURLOPT_PRIVATE, &exchange);
  Set(handle, CURLOPT_URL, request.url.c_str());
  Set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  Set(handle, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  Set(handle, CURLOPT_PATH_AS_IS, 1L);
  Set(handle, CURLOPT_NOSIGNAL, 1L);
  Set(handle, CURLOPT_NETRC, long{CURL_NETRC_IGNORED});
  Set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.deadline.count()));
  Set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.count()));
  Set(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  Set(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(settings.stall_timeout.count()));
  Set(handle, CURLOPT_BUFFERSIZE, kBuffer);
  Set(handle, CURLOPT_WRITEFUNCTION, OnBody);
  Set(handle, CURLOPT_WRITEDATA, &exchange);
  Set(handle, CURLOPT_HEADERFUNCTION, OnHeader);
  Set(handle, CURLOPT_HEADERDATA, &exchange);
  if (!settings.ca_file.empty()) {
    Set(handle, CURLOPT_CAINFO, settings.ca_file.c_str());
    Set(handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (request.proxy == Proxy::kNone) Set(handle, CURLOPT_NOPROXY, "*");
  if (request.method == "HEAD") Set(handle, CURLOPT_NOBODY, 1L);
  if (request.body) {
    Set(handle, CURLOPT_UPLOAD, 1L);
    Set(handle, CURLOPT_UPLOAD_BUFFERSIZE, kBuffer);
    Set(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t{request.body->size});
    Set(handle, CURLOPT_READFUNCTION, OnRead);
    Set(handle, CURLOPT_READDATA, &exchange);
    Set(handle, CURLOPT_SEEKFUNCTION, OnSeek);
    Set(handle, CURLOPT_SEEKDATA, &exchange);
  }
  Set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  for (const auto& [name, value] : request.headers) {
    std::string line = name;
    line += value.empty() ? ";" : ": ";
    line += value;
    curl_slist* longer = curl_slist_append(exchange.headers.get(), line.c_str());
    if (!longer) throw std::bad_alloc();
    if (!exchange.headers) exchange.headers.reset(longer);  // else it is the same
  }
  Set(handle, CURLOPT_HTTPHEADER, exchange.headers.get());
}

// Whoever is told of a failure throws it on a thread of their own, and has to be the only one to hold it.
std::exception_ptr FailureOf(Exchange& exchange, CURLcode code) {
  if (exchange.failure) return std::exchange(exchange.failure, nullptr);
  const std::string reason = curl_easy_strerror(code);
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return std::make_exception_ptr(
        Error(ErrorKind::kDeadlineExceeded, "transfer_timed_out", "Storage took too long to answer."));
  }
  return std::make_exception_ptr(
      Error(ErrorKind::kUnavailable, "transfer_failed", "Storage does not answer: " + reason + "."));
}

}  // namespace

Source FromBytes(std::string bytes) {
  const auto size = static_cast<std::int64_t>(bytes.size());
  return {.size = size,
          .read = [bytes = std::move(bytes)](std::int64_t offset, char* buffer, std::size_t count) {
            const std::string_view piece =
                std::string_view(bytes).substr(static_cast<std::size_t>(offset), count);
            std::memcpy(buffer, piece.data(), piece.size());
            return piece.size();
          }};
}

std::string_view Response::Header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
  return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

struct Transfers::State {
  using Owned = std::unique_ptr<Exchange>;

  Settings settings;
  CURLM* multi = nullptr;
  std::mutex mutex;
  std::deque<Owned> waiting;
  bool ending = false;
  std::map<const Exchange*, Owned> active;  // of the thread alone
  std::thread thread;

  void Submit(Owned exchange) {
    {
      const std::lock_guard lock(mutex);
      if (waiting.size() >= settings.queue) {
        throw Error(ErrorKind::kUnavailable, "overloaded", "Too much is going on; try again in a moment.")
            .RetryAfter(std::chrono::seconds(1));
      }
      waiting.push_back(std::move(exchange));
    }
    curl_multi_wakeup(multi);
  }

  void Begin(Owned exchange) {
    std::exception_ptr failure;
    try {
      Prepare(*exchange, settings);
      if (curl_multi_add_handle(multi, exchange->handle.get()) != CURLM_OK) throw std::bad_alloc();
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure) return exchange->fail(std::move(failure));
    const Exchange* id = exchange.get();
    active.emplace(id, std::move(exchange));
  }

  Owned Remove(Exchange* exchange) {
    curl_multi_remove_handle(multi, exchange->handle.get());
    const auto found = active.find(exchange);
    Owned owned = std::move(found->second);
    active.erase(found);
    return owned;
  }

  void Finish(CURL* handle, CURLcode code) {
    Exchange* exchange = nullptr;
    curl_easy_getinfo(handle, CURLINFO_PRIVATE, &exchange);
    const Owned owned = Remove(exchange);
    if (code != CURLE_OK || owned->failure) return owned->fail(FailureOf(*owned, code));
    owned->response.status = owned->Status();
    owned->succeed(std::move(owned->response));
  }

  // False when the end is near.
  bool TakeWaiting() {
    while (true) {
      Owned next;
      {
        const std::lock_guard lock(mutex);
        if (ending) return false;
        if (waiting.empty() || active.size() >= settings.concurrency) return true;
        next = std::move(waiting.front());
        waiting.pop_front();
      }
      Begin(std::move(next));
    }
  }

  void Work() {
    while (TakeWaiting()) {
      int running = 0;
      curl_multi_perform(multi, &running);
      bool finished = false;
      int left = 0;
      while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        Finish(message->easy_handle, message->data.result);
        finished = true;
      }
      if (!finished) curl_multi_poll(multi, nullptr, 0, kLongestPoll, nullptr);
    }
    const auto cancelled = [] {
      return std::make_exception_ptr(Error(ErrorKind::kCancelled, "cancelled", "The service is stopping."));
    };
    while (!active.empty()) Remove(active.begin()->second.get())->fail(cancelled());
    for (const Owned& exchange : waiting) exchange->fail(cancelled());
  }
};

Transfers::Transfers(Settings settings) : state_(std::make_unique<State>()) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  state_->settings = settings;
  state_->multi = curl_multi_init();
  if (started != CURLE_OK || !state_->multi) throw std::runtime_error("libcurl does not start");
  curl_multi_setopt(state_->multi, CURLMOPT_MAXCONNECTS, static_cast<long>(settings.concurrency));
  state_->thread = std::thread([state = state_.get()] { state->Work(); });
}

Transfers::~Transfers() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
  }
  curl_multi_wakeup(state_->multi);
  state_->thread.join();
  curl_multi_cleanup(state_->multi);
}

awaitable<Response> Transfers::Run(Request request) {
  const runtime::Promise<Response> promise;
  auto exchange = std::make_unique<Exchange>();
  exchange->request = std::move(request);
  exchange->succeed = [promise](Response response) { promise.Set(std::move(response)); };
  exchange->fail = [promise](std::exception_ptr error) { promise.Fail(std::move(error)); };
  state_->Submit(std::move(exchange));
  co_return co_await promise.Wait();
}

Response Transfers::RunHere(Request request) {
  const auto promise = std::make_shared<std::promise<Response>>();
  auto exchange = std::make_unique<Exchange>();
  exchange->request = std::move(request);
  exchange->succeed = [promise](Response response) { promise->set_value(std::move(response)); };
  exchange->fail = [promise](std::exception_ptr error) { promise->set_exception(std::move(error)); };
  auto answer = promise->get_future();
  state_->Submit(std::move(exchange));
  return answer.get();
}

}  // namespace descant::transfer
