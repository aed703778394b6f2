#include "services/user/http/render.h"

namespace descant::user {

boost::json::object ToJson(const User& user) {
  return {{"id", user.id.ToString()},
          {"email", user.email},
          {"name", user.name},
          {"created_at", FormatRfc3339(user.created_at)}};
}

boost::json::object ToPublicJson(const User& user) {
  return {{"id", user.id.ToString()}, {"name", user.name}, {"created_at", FormatRfc3339(user.created_at)}};
}

boost::json::object ToJson(const app::SignedIn& signed_in, RefreshTokenIn place) {
  boost::json::value refresh_token;
  if (place == RefreshTokenIn::kBody) refresh_token = signed_in.refresh_token;
  return {{"user", ToJson(signed_in.user)},
          {"access_token", signed_in.access_token},
          {"refresh_token", refresh_token},
          {"token_type", "Bearer"},
          {"expires_in", signed_in.expires_in.count()}};
}

boost::json::object ToJson(const LiveSession& live, SessionId own) {
  return {{"id", live.session.id.ToString()},
          {"current", live.session.id == own},
          {"agent", live.session.agent},
          {"created_at", FormatRfc3339(live.session.created_at)},
          {"last_used_at", FormatRfc3339(live.last_used_at)},
          {"expires_at", FormatRfc3339(live.session.expires_at)}};
}

http::Response Private(http::Response response) {
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

}  // namespace descant::user
