#pragma once

#include <boost/json/object.hpp>

#include "platform/http/message.h"
#include "services/user/app/authentication.h"
#include "services/user/domain/user.h"
#include "services/user/http/refresh_cookie.h"

namespace descant::user {

// The user as they see themselves, and as everyone does.
boost::json::object ToJson(const User& user);
boost::json::object ToPublicJson(const User& user);

// Without the refresh token (null) when that travels in a cookie.
boost::json::object ToJson(const app::SignedIn& signed_in, RefreshTokenIn place);

// `own`: the session that asks.
boost::json::object ToJson(const LiveSession& live, SessionId own);

// For what is meant for one caller only: no cache may keep it (RFC 9111).
http::Response Private(http::Response response);

}  // namespace descant::user
