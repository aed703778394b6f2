// AWS Signature Version 4, as S3 takes it: in the Authorization header of our own requests, and in the query
// of URLs that are handed to clients ("Authenticating Requests", Amazon S3 API reference). Pure: no clock, no
// network.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/base/time.h"

namespace descant::s3 {

struct Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;            // of temporary ones
  std::optional<TimePoint> expires_at;  // of temporary ones
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method = "GET";
  std::string host;  // with its port, unless it is the scheme's own
  std::string path;  // percent-encoded, from its slash on
  Pairs query;       // decoded
  Pairs headers;     // beside Host; all are signed
};

struct Scope {
  std::string region;
  std::string service = "s3";
};

// Stands for a body that is not signed.
inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

// The query of a request as it is sent and signed: encoded and sorted.
std::string CanonicalQuery(Pairs query);

// The value of the header Authorization. `payload_hash`: SHA-256 of the body in hexadecimal, or
// kUnsignedPayload. The request's headers have to have X-Amz-Date, which `now` has to agree with.
std::string Authorization(const Request& request, const Credentials& credentials, const Scope& scope,
                          TimePoint now, std::string_view payload_hash);

// Adds X-Amz-Date, X-Amz-Content-Sha256, X-Amz-Security-Token and Authorization to the request's headers.
void Sign(Request& request, const Credentials& credentials, const Scope& scope, TimePoint now,
          std::string_view payload_hash);

// The request's query with what permits whoever sends the request with exactly its headers, until `now` +
// `lifetime` (1 s to 7 days; the session of temporary credentials may end earlier).
std::string PresignedQuery(const Request& request, const Credentials& credentials, const Scope& scope,
                           TimePoint now, std::chrono::seconds lifetime);

}  // namespace descant::s3
