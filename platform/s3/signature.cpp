#include "platform/s3/signature.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "platform/base/percent.h"
#include "platform/token/crypto.h"

namespace descant::s3 {

namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

// 20130524T000000Z
std::string Timestamp(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  char text[32];
  std::snprintf(text, sizeof text, "%04d%02u%02uT%02d%02d%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Without spaces at the ends, and with one where there are several.
std::string Collapsed(std::string_view value) {
  std::string text;
  for (const char c : value) {
    if (c == ' ' && (text.empty() || text.back() == ' ')) continue;
    text += c;
  }
  if (text.ends_with(' ')) text.pop_back();
  return text;
}

struct CanonicalHeaders {
  std::string lines;  // name:value, one a line
  std::string names;  // joined by semicolons
};

CanonicalHeaders Canonical(const Request& request) {
  std::map<std::string, std::string> headers{{"host", request.host}};
  for (const auto& [name, value] : request.headers) {
    const auto [found, first] = headers.try_emplace(LowerCase(name), Collapsed(value));
    if (!first) found->second.append(",").append(Collapsed(value));
  }
  CanonicalHeaders canonical;
  for (const auto& [name, value] : headers) {
    canonical.lines.append(name).append(":").append(value).append("\n");
    canonical.names.append(canonical.names.empty() ? "" : ";").append(name);
  }
  return canonical;
}

std::string ScopeText(const Scope& scope, std::string_view date) {
  return std::string(date) + "/" + scope.region + "/" + scope.service + "/aws4_request";
}

std::string Signature(const Request& request, const CanonicalHeaders& headers, const std::string& query,
                      std::string_view payload_hash, const Credentials& credentials, const Scope& scope,
                      const std::string& timestamp) {
  const std::string canonical = request.method + "\n" + request.path + "\n" + query + "\n" + headers.lines +
                                "\n" + headers.names + "\n" + std::string(payload_hash);
  const std::string date = timestamp.substr(0, 8);
  const std::string to_sign = std::string(kAlgorithm) + "\n" + timestamp + "\n" + ScopeText(scope, date) +
                              "\n" + token::HexEncode(token::Sha256(canonical));
  std::string key = "AWS4" + credentials.secret_key;
  for (const std::string_view part : {std::string_view(date), std::string_view(scope.region),
                                      std::string_view(scope.service), std::string_view("aws4_request")}) {
    key = token::HmacSha256(key, part);
  }
  return token::HexEncode(token::HmacSha256(key, to_sign));
}

}  // namespace

std::string CanonicalQuery(Pairs query) {
  for (auto& [name, value] : query) {
    name = PercentEncode(name);
    value = PercentEncode(value);
  }
  std::ranges::sort(query);
  std::string text;
  for (const auto& [name, value] : query) {
    if (!text.empty()) text += '&';
    text.append(name).append("=").append(value);
  }
  return text;
}

std::string Authorization(const Request& request, const Credentials& credentials, const Scope& scope,
                          TimePoint now, std::string_view payload_hash) {
  const std::string timestamp = Timestamp(now);
  const CanonicalHeaders headers = Canonical(request);
  const std::string signature =
      Signature(request, headers, CanonicalQuery(request.query), payload_hash, credentials, scope, timestamp);
  return std::string(kAlgorithm) + " Credential=" + credentials.access_key + "/" +
         ScopeText(scope, timestamp.substr(0, 8)) + ", SignedHeaders=" + headers.names +
         ", Signature=" + signature;
}

void Sign(Request& request, const Credentials& credentials, const Scope& scope, TimePoint now,
          std::string_view payload_hash) {
  request.headers.emplace_back("X-Amz-Content-Sha256", payload_hash);
  request.headers.emplace_back("X-Amz-Date", Timestamp(now));
  if (!credentials.session_token.empty()) {
    request.headers.emplace_back("X-Amz-Security-Token", credentials.session_token);
  }
  request.headers.emplace_back("Authorization",
                               Authorization(request, credentials, scope, now, payload_hash));
}

std::string PresignedQuery(const Request& request, const Credentials& credentials, const Scope& scope,
                           TimePoint now, std::chrono::seconds lifetime) {
  const std::string timestamp = Timestamp(now);
  const CanonicalHeaders headers = Canonical(request);
  Pairs query = request.query;
  query.emplace_back("X-Amz-Algorithm", kAlgorithm);
  query.emplace_back("X-Amz-Credential",
                     credentials.access_key + "/" + ScopeText(scope, timestamp.substr(0, 8)));
  query.emplace_back("X-Amz-Date", timestamp);
  query.emplace_back("X-Amz-Expires", std::to_string(lifetime.count()));
  query.emplace_back("X-Amz-SignedHeaders", headers.names);
  if (!credentials.session_token.empty())
    query.emplace_back("X-Amz-Security-Token", credentials.session_token);
  const std::string text = CanonicalQuery(std::move(query));
  return text + "&X-Amz-Signature=" +
         Signature(request, headers, text, kUnsignedPayload, credentials, scope, timestamp);
}

}  // namespace descant::s3
