#include "platform/s3/client.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <random>

#include <openssl/evp.h>

#include "platform/base/error.h"
#include "platform/base/percent.h"
#include "platform/log/log.h"
#include "platform/runtime/runtime.h"
#include "platform/s3/xml.h"
#include "platform/token/crypto.h"

namespace descant::s3 {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kDeletePage = 1000;  // keys in one DeleteObjects
constexpr std::chrono::milliseconds kDeadline = 30s;
constexpr std::int64_t kSlowest = 128;  // bytes a millisecond that a transfer may take its time with
constexpr std::chrono::milliseconds kLongestPause = 5s;

std::chrono::milliseconds DeadlineFor(std::int64_t bytes) {
  return kDeadline + std::chrono::milliseconds(bytes / kSlowest);
}

std::string Md5(std::string_view bytes) {
  std::string digest(16, '\0');
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                 EVP_md5(), nullptr) != 1) {
    throw std::runtime_error("MD5 failed");
  }
  return digest;
}

std::string Unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

std::int64_t Number(const std::string& text) { return std::strtoll(text.c_str(), nullptr, 10); }

// RFC 9110 section 5.6.7.
TimePoint FromHttpDate(std::string_view text) {
  std::tm parts{};
  if (!strptime(std::string(text).c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts)) return {};
  return TimePoint(std::chrono::seconds(timegm(&parts)));
}

// Keys and prefixes in listings, which were asked for as in a form.
std::string DecodeListed(std::string text) {
  std::ranges::replace(text, '+', ' ');
  return PercentDecode(text).value_or("");
}

std::string CodeOf(const transfer::Response& response) {
  const auto root = ParseXml(response.body);
  return root && root->name == "Error" ? root->Text("Code") : "";
}

bool MayPass(const transfer::Response& response) {
  constexpr std::array kStatuses{408, 429, 500, 502, 503, 504};
  constexpr std::array<std::string_view, 8> kCodes{"RequestTimeout",
                                                   "SlowDown",
                                                   "InternalError",
                                                   "ServiceUnavailable",
                                                   "OperationAborted",
                                                   "BadDigest",
                                                   "ConditionalRequestConflict",
                                                   "XAmzContentSHA256Mismatch"};
  return std::ranges::find(kStatuses, response.status) != kStatuses.end() ||
         std::ranges::find(kCodes, CodeOf(response)) != kCodes.end();
}

bool Succeeded(const transfer::Response& response) {
  // Completing an upload takes long: its answer begins with 200, and may end as an error.
  return response.status >= 200 && response.status < 300 && CodeOf(response).empty();
}

// Whether it says that no whole answer came.
bool IsCut(const Error& error) {
  return error.code() == "transfer_failed" || error.code() == "transfer_timed_out";
}

Error Unexpected() {
  return Error(ErrorKind::kUnavailable, "storage_unavailable", "Storage does not answer as it should.");
}

Error Unreachable(const Error& error) {
  log::Error("object storage does not answer", {{"error", error.what()}});
  return Error(ErrorKind::kUnavailable, "storage_unavailable", error.detail());
}

[[noreturn]] void Refuse(const transfer::Response& response, const std::string& method,
                         const std::string& key) {
  const std::string code = CodeOf(response);
  if (code == "NoSuchUpload") {
    throw Error(ErrorKind::kNotFound, "upload_not_found", "There is no such upload in storage.");
  }
  if (response.status == 404 && code != "NoSuchBucket") {
    throw Error(ErrorKind::kNotFound, "object_not_found", "There is no such object in storage.");
  }
  log::Error("object storage refuses a request",
             {{"method", method}, {"key", key}, {"status", response.status}, {"code", code}});
  throw Unexpected();
}

Element Parsed(const transfer::Response& response, std::string_view root) {
  auto parsed = ParseXml(response.body);
  if (parsed && parsed->name == root) return *std::move(parsed);
  throw Unexpected();
}

// Between nothing and twice as much as the time before ("full jitter"), so that those that failed together do
// not come back together.
std::chrono::milliseconds Pause(std::chrono::milliseconds first, int attempt) {
  static thread_local std::mt19937 random{std::random_device{}()};
  const auto most = std::min(kLongestPause, first * (1 << std::min(attempt, 16)));
  return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(0, most.count())(random));
}

Pairs HeadersOf(const Attributes& attributes) {
  Pairs headers;
  if (!attributes.content_type.empty()) headers.emplace_back("Content-Type", attributes.content_type);
  if (!attributes.cache_control.empty()) headers.emplace_back("Cache-Control", attributes.cache_control);
  return headers;
}

// Of most requests.
const Digest& EmptyDigest() {
  static const Digest digest = DigestOf("");
  return digest;
}

}  // namespace

struct Client::Call {
  std::string method = "GET";
  std::string key;  // empty: of the bucket
  Pairs query;
  Pairs headers;
  std::optional<transfer::Source> body;
  Digest digest = EmptyDigest();
  std::chrono::milliseconds deadline = kDeadline;
  transfer::Sink sink;
  int sink_status = 200;
};

Client::Client(BucketSettings settings, transfer::Transfers& transfers, CredentialKeeper& credentials)
    : settings_(std::move(settings)),
      address_(AddressOf(settings_, settings_.endpoint)),
      public_address_(settings_.public_endpoint.empty() ? address_
                                                        : AddressOf(settings_, settings_.public_endpoint)),
      transfers_(transfers),
      credentials_(credentials) {}

Client::Address Client::AddressOf(const BucketSettings& settings, std::string_view endpoint) {
  while (endpoint.ends_with('/')) endpoint.remove_suffix(1);
  const std::size_t begin = endpoint.find("://") + 3;
  const std::size_t slash = std::min(endpoint.find('/', begin), endpoint.size());
  Address address{.scheme = std::string(endpoint.substr(0, begin)),
                  .host = std::string(endpoint.substr(begin, slash - begin)),
                  .path = std::string(endpoint.substr(slash)) + "/"};
  // The port that the scheme implies is no part of the Host header.
  for (const auto& [scheme, port] : {std::pair{"http://", ":80"}, {"https://", ":443"}}) {
    if (address.scheme == scheme && address.host.ends_with(port)) {
      address.host.resize(address.host.rfind(':'));
    }
  }
  if (settings.addressing == Addressing::kPath) {
    address.path += PercentEncode(settings.bucket) + "/";
  } else {
    address.host = settings.bucket + "." + address.host;
  }
  return address;
}

transfer::Request Client::Attempt(const Call& call) const {
  Request request{.method = call.method,
                  .host = address_.host,
                  .path = address_.path + PercentEncodePath(call.key),
                  .query = call.query,
                  .headers = call.headers};
  if (!call.digest.crc32.empty()) request.headers.emplace_back("X-Amz-Checksum-Crc32", call.digest.crc32);
  Sign(request, *credentials_.Current(), {.region = settings_.region}, Now(), call.digest.payload_hash);
  const std::string query = CanonicalQuery(request.query);
  return {.method = call.method,
          .url = address_.scheme + address_.host + request.path + (query.empty() ? "" : "?" + query),
          .headers = std::move(request.headers),
          .body = call.body,
          .sink = call.sink,
          .sink_status = call.sink_status,
          .deadline = call.deadline};
}

awaitable<transfer::Response> Client::Send(Call call) {
  for (int attempt = 1;; ++attempt) {
    try {
      transfer::Response response = co_await transfers_.Run(Attempt(call));
      if (attempt >= settings_.attempts || Succeeded(response) || !MayPass(response)) co_return response;
    } catch (const Error& error) {
      if (!IsCut(error)) throw;
      if (attempt >= settings_.attempts) throw Unreachable(error);
    }
    co_await runtime::Sleep(Pause(settings_.first_pause, attempt - 1));
  }
}

awaitable<std::optional<Found>> Client::Head(std::string key) {
  const transfer::Response response = co_await Send({.method = "HEAD", .key = key});
  if (response.status == 404) co_return std::nullopt;
  if (!Succeeded(response)) Refuse(response, "HEAD", key);
  co_return Found{.size = Number(std::string(response.Header("content-length"))),
                  .modified_at = FromHttpDate(response.Header("last-modified")),
                  .etag = Unquoted(response.Header("etag"))};
}

awaitable<Found> Client::Get(std::string key, transfer::Sink sink) {
  const auto arrived = std::make_shared<std::int64_t>(0);  // bytes; of the transfers' thread while one runs
  const std::optional<Found> found = co_await Head(key);
  if (!found) throw Error(ErrorKind::kNotFound, "object_not_found", "There is no such object in storage.");
  Call call{
      .key = key, .headers = {{"If-Match", "\"" + found->etag + "\""}}, .deadline = DeadlineFor(found->size)};
  call.sink = [arrived, sink, size = found->size](std::string_view bytes) {
    const auto count = static_cast<std::int64_t>(bytes.size());
    if (count > size - *arrived) throw Unexpected();
    sink(bytes);
    *arrived += count;
  };
  for (int failed = 0;;) {
    const std::int64_t before = *arrived;
    Call rest = call;
    if (before > 0) {
      rest.headers.emplace_back("Range", "bytes=" + std::to_string(before) + "-");
      rest.sink_status = 206;
    }
    std::optional<Error> cut;
    try {
      const transfer::Response response = co_await transfers_.Run(Attempt(rest));
      if (Succeeded(response) && *arrived == found->size) co_return *found;
      if (!MayPass(response)) Refuse(response, "GET", key);
      cut.emplace(ErrorKind::kUnavailable, "storage_busy",
                  "Storage answers " + std::to_string(response.status) + ".");
    } catch (const Error& error) {
      if (!IsCut(error)) throw;
      cut = error;
    }
    failed = *arrived > before ? 1 : failed + 1;  // what gets on may go on
    if (failed >= settings_.attempts) throw Unreachable(*cut);
    co_await runtime::Sleep(Pause(settings_.first_pause, failed - 1));
  }
}

awaitable<std::string> Client::Read(std::string key, std::size_t most) {
  Call call{.key = key, .headers = {{"Range", "bytes=0-" + std::to_string(most)}}};
  transfer::Response response = co_await Send(std::move(call));
  if (response.status == 416) co_return "";  // an empty object has no such range
  if (!Succeeded(response)) Refuse(response, "GET", key);
  if (response.body.size() > most)
    throw Error(ErrorKind::kTooLarge, "object_too_large", "The object is too large.");
  co_return std::move(response.body);
}

Integrity Client::integrity() const {
  return settings_.checksums && address_.scheme == "https://" ? Integrity::kChecksum : Integrity::kSignedHash;
}

awaitable<void> Client::Put(std::string key, transfer::Source body, Digest digest, Attributes attributes) {
  const std::int64_t size = body.size;
  const transfer::Response response = co_await Send({.method = "PUT",
                                                     .key = key,
                                                     .headers = HeadersOf(attributes),
                                                     .body = std::move(body),
                                                     .digest = std::move(digest),
                                                     .deadline = DeadlineFor(size)});
  if (!Succeeded(response)) Refuse(response, "PUT", key);
}

awaitable<void> Client::Delete(std::vector<std::string> keys) {
  for (std::size_t begin = 0; begin < keys.size(); begin += kDeletePage) {
    std::string body = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>";
    for (std::size_t i = begin; i < std::min(begin + kDeletePage, keys.size()); ++i) {
      body += "<Object><Key>" + EscapeXml(keys[i]) + "</Key></Object>";
    }
    body += "</Delete>";
    Digest digest = DigestOf(body);
    const transfer::Response response = co_await Send(
        {.method = "POST",
         .query = {{"delete", ""}},
         .headers = {{"Content-MD5", Base64Encode(Md5(body))}, {"Content-Type", "application/xml"}},
         .body = transfer::FromBytes(std::move(body)),
         .digest = std::move(digest)});
    if (!Succeeded(response)) Refuse(response, "POST", "?delete");
    for (const Element* failed : Parsed(response, "DeleteResult").Children("Error")) {
      if (failed->Text("Code") == "NoSuchKey") continue;
      log::Error("an object is not deleted", {{"key", failed->Text("Key")}, {"code", failed->Text("Code")}});
      throw Error(ErrorKind::kUnavailable, "storage_unavailable", "Not all objects could be deleted.");
    }
  }
}

awaitable<std::vector<std::string>> Client::List(std::string prefix) {
  std::vector<std::string> keys;
  Pairs query{{"list-type", "2"}, {"encoding-type", "url"}, {"prefix", prefix}};
  while (true) {
    const transfer::Response response = co_await Send({.query = query});
    if (!Succeeded(response)) Refuse(response, "GET", "?list-type=2");
    const Element page = Parsed(response, "ListBucketResult");
    for (const Element* object : page.Children("Contents")) keys.push_back(DecodeListed(object->Text("Key")));
    const std::string next = page.Text("NextContinuationToken");
    if (page.Text("IsTruncated") != "true" || next.empty()) co_return keys;
    query.resize(3);
    query.emplace_back("continuation-token", next);
  }
}

awaitable<std::string> Client::BeginParts(std::string key, Attributes attributes, PartSender sender) {
  Pairs headers = HeadersOf(attributes);
  if (sender == PartSender::kPutPart && integrity() == Integrity::kChecksum) {
    headers.emplace_back("X-Amz-Checksum-Algorithm", "CRC32");
  }
  const transfer::Response response = co_await Send({.method = "POST",
                                                     .key = key,
                                                     .query = {{"uploads", ""}},
                                                     .headers = std::move(headers),
                                                     .body = transfer::FromBytes("")});
  if (!Succeeded(response)) Refuse(response, "POST", key);
  const std::string id = Parsed(response, "InitiateMultipartUploadResult").Text("UploadId");
  if (id.empty()) throw Unexpected();
  co_return id;
}

awaitable<Part> Client::PutPart(std::string key, std::string upload_id, int number, transfer::Source body,
                                Digest digest) {
  const std::int64_t size = body.size;
  const transfer::Response response =
      co_await Send({.method = "PUT",
                     .key = key,
                     .query = {{"partNumber", std::to_string(number)}, {"uploadId", upload_id}},
                     .body = std::move(body),
                     .digest = std::move(digest),
                     .deadline = DeadlineFor(size)});
  if (!Succeeded(response)) Refuse(response, "PUT", key);
  co_return Part{.number = number,
                 .size = size,
                 .etag = Unquoted(response.Header("etag")),
                 .crc32 = std::string(response.Header("x-amz-checksum-crc32"))};
}

awaitable<std::vector<Part>> Client::ListParts(std::string key, std::string upload_id) {
  std::vector<Part> parts;
  Pairs query{{"uploadId", upload_id}};
  while (true) {
    const transfer::Response response = co_await Send({.key = key, .query = query});
    if (!Succeeded(response)) Refuse(response, "GET", key);
    const Element page = Parsed(response, "ListPartsResult");
    for (const Element* part : page.Children("Part")) {
      parts.push_back({.number = static_cast<int>(Number(part->Text("PartNumber"))),
                       .size = Number(part->Text("Size")),
                       .etag = Unquoted(part->Text("ETag"))});
    }
    const std::string next = page.Text("NextPartNumberMarker");
    if (page.Text("IsTruncated") != "true" || next.empty()) co_return parts;
    query.resize(1);
    query.emplace_back("part-number-marker", next);
  }
}

awaitable<void> Client::FinishParts(std::string key, std::string upload_id, std::vector<Part> parts) {
  std::string body = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (const Part& part : parts) {
    body += "<Part><PartNumber>" + std::to_string(part.number) + "</PartNumber><ETag>&quot;" +
            EscapeXml(part.etag) + "&quot;</ETag>";
    if (!part.crc32.empty()) body += "<ChecksumCRC32>" + EscapeXml(part.crc32) + "</ChecksumCRC32>";
    body += "</Part>";
  }
  body += "</CompleteMultipartUpload>";
  Digest digest = DigestOf(body);
  const transfer::Response response = co_await Send({.method = "POST",
                                                     .key = key,
                                                     .query = {{"uploadId", upload_id}},
                                                     .headers = {{"Content-Type", "application/xml"}},
                                                     .body = transfer::FromBytes(std::move(body)),
                                                     .digest = std::move(digest),
                                                     .deadline = 5min});
  if (Succeeded(response)) co_return;
  // An attempt before this one may have been carried out, its answer lost.
  if (CodeOf(response) == "NoSuchUpload") {
    if (co_await Head(key)) co_return;
  }
  Refuse(response, "POST", key);
}

awaitable<void> Client::AbortParts(std::string key, std::string upload_id) {
  const transfer::Response response =
      co_await Send({.method = "DELETE", .key = key, .query = {{"uploadId", upload_id}}});
  if (!Succeeded(response) && response.status != 404) Refuse(response, "DELETE", key);
}

awaitable<std::vector<Unfinished>> Client::ListUnfinished(std::string prefix) {
  std::vector<Unfinished> uploads;
  Pairs query{{"uploads", ""}, {"encoding-type", "url"}, {"prefix", prefix}};
  while (true) {
    const transfer::Response response = co_await Send({.query = query});
    if (!Succeeded(response)) Refuse(response, "GET", "?uploads");
    const Element page = Parsed(response, "ListMultipartUploadsResult");
    for (const Element* upload : page.Children("Upload")) {
      uploads.push_back({.key = DecodeListed(upload->Text("Key")),
                         .upload_id = upload->Text("UploadId"),
                         .begun_at = ParseRfc3339(upload->Text("Initiated")).value_or(TimePoint{})});
    }
    const std::string next = page.Text("NextKeyMarker");
    if (page.Text("IsTruncated") != "true" || next.empty()) co_return uploads;
    query.resize(3);
    query.emplace_back("key-marker", DecodeListed(next));
    query.emplace_back("upload-id-marker", page.Text("NextUploadIdMarker"));
  }
}

Client::Presigned Client::Presign(std::string method, std::string_view key, Pairs query, Pairs headers,
                                  std::chrono::seconds lifetime) const {
  const auto credentials = credentials_.Current();
  const auto now = std::chrono::floor<std::chrono::seconds>(Now());
  TimePoint expires_at = now + lifetime;
  if (credentials->expires_at) expires_at = std::min(expires_at, *credentials->expires_at);
  const auto left = std::max(std::chrono::floor<std::chrono::seconds>(expires_at - now), 1s);
  const Request request{.method = std::move(method),
                        .host = public_address_.host,
                        .path = public_address_.path + PercentEncodePath(key),
                        .query = std::move(query),
                        .headers = std::move(headers)};
  return {.url = public_address_.scheme + request.host + request.path + "?" +
                 PresignedQuery(request, *credentials, {.region = settings_.region}, now, left),
          .expires_at = expires_at};
}

}  // namespace descant::s3
