#include "services/content/adapters/user_cache.h"

#include <algorithm>
#include <array>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "platform/base/error.h"
#include "platform/base/time.h"
#include "platform/token/crypto.h"
#include "platform/token/jwt.h"

namespace descant::content::adapters {

namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kAskTimeout{2000};
constexpr std::chrono::seconds kRemembered{30};  // longer than any call is under way

struct Entry {
  app::Viewer viewer;
  std::chrono::sys_seconds expires_at;
};

std::string ToText(const Entry& entry) {
  return json::serialize(json::object{{"id", entry.viewer.id.ToString()},
                                      {"name", entry.viewer.name},
                                      {"expires_at", entry.expires_at.time_since_epoch().count()}});
}

// Nothing for what cannot be read or is past its time: Redis may hold anything.
std::optional<app::Viewer> ViewerFrom(const std::string& text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return std::nullopt;
  const json::object& object = value.get_object();
  const json::value* id = object.if_contains("id");
  const json::value* name = object.if_contains("name");
  const json::value* expires_at = object.if_contains("expires_at");
  if (!id || !id->is_string() || !name || !name->is_string() || !expires_at || !expires_at->is_int64()) {
    return std::nullopt;
  }
  const auto user = domain::UserId::Parse(id->get_string());
  if (!user || std::chrono::sys_seconds(std::chrono::seconds(expires_at->get_int64())) <= Now())
    return std::nullopt;
  return app::Viewer{*user, std::string(name->get_string())};
}

}  // namespace

std::string UserCacheKey(const std::string& user_id) { return "descant:user:" + user_id; }

void RecentChanges::Note(const std::string& user_id) {
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  std::erase_if(changed_, [now](const auto& entry) { return entry.second + kRemembered < now; });
  changed_[user_id] = now;
}

bool RecentChanges::ChangedSince(const std::string& user_id, Clock::time_point begin) {
  const std::lock_guard lock(mutex_);
  const auto found = changed_.find(user_id);
  return found != changed_.end() && found->second >= begin;
}

UserCache::UserCache(redis::Client& redis, const rpc::Channel& users, RecentChanges& recent,
                     std::chrono::seconds ttl)
    : redis_(redis), users_(users), recent_(recent), ttl_(ttl), stub_(users.Stub<user::v1::UserService>()) {}

awaitable<app::Viewer> UserCache::ByToken(Context context, std::string access_token) {
  const std::string subject = token::UnverifiedSubject(access_token);
  if (!domain::UserId::Parse(subject)) {
    throw Error(ErrorKind::kUnauthenticated, "token_invalid", "The access token is not valid.");
  }
  const std::string field = token::Base64UrlEncode(token::Sha256(access_token));
  if (const auto cached = co_await redis_.HashGet(UserCacheKey(subject), field)) {
    auto viewer = ViewerFrom(*cached);
    if (viewer) co_return *std::move(viewer);
  }
  const auto begin = RecentChanges::Clock::now();
  const user::v1::GetUserByTokenResponse answer = co_await Ask(std::move(context), std::move(access_token));
  const auto id = domain::UserId::Parse(answer.user().id());
  if (!id) throw Error(ErrorKind::kInternal, "internal", "the user service answered no user id");
  const Entry entry{{*id, answer.user().name()},
                    std::chrono::sys_seconds(std::chrono::seconds(answer.token_expires_at().seconds()))};
  const auto ttl = std::min<std::chrono::milliseconds>(
      ttl_, std::chrono::duration_cast<std::chrono::milliseconds>(entry.expires_at - Now()));
  if (ttl.count() > 0 && !recent_.ChangedSince(subject, begin)) {
    co_await redis_.HashSet(UserCacheKey(subject), field, ToText(entry), ttl);
    // The change may have come while this was on its way to Redis.
    if (recent_.ChangedSince(subject, begin)) co_await redis_.Delete(UserCacheKey(subject));
  }
  co_return entry.viewer;
}

awaitable<user::v1::GetUserByTokenResponse> UserCache::Ask(Context context, std::string access_token) {
  user::v1::GetUserByTokenRequest request;
  request.set_access_token(std::move(access_token));
  try {
    co_return co_await users_.Unary(*stub_, &user::v1::UserService::Stub::async::GetUserByToken,
                                    std::move(request), std::move(context), kAskTimeout);
  } catch (const Error& error) {
    constexpr std::array kNoAnswer{ErrorKind::kUnavailable, ErrorKind::kDeadlineExceeded,
                                   ErrorKind::kCancelled};
    if (std::ranges::find(kNoAnswer, error.kind()) == kNoAnswer.end()) throw;
  }
  throw Error(ErrorKind::kUnavailable, "user_service_unavailable",
              "It cannot be told who you are at the moment.")
      .RetryAfter(std::chrono::seconds(1));
}

}  // namespace descant::content::adapters
