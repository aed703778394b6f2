// The routes over the application on fakes, from the request as the server hands it over to the response.
#pragma once

#include <stdexcept>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "services/user/adapters/signed_tokens.h"
#include "services/user/http/router.h"
#include "services/user/testing/await.h"
#include "services/user/testing/service.h"

namespace descant::user {

using http::Method;
using http::Response;

namespace json = boost::json;

constexpr std::string_view kSecret = "a secret of the tests, 32 bytes or more";

struct Sent {
  Response response;
  unsigned status() const { return response.status; }
  json::object body() const { return json::parse(response.body).as_object(); }
  std::string text(std::string_view name) const { return std::string(body().at(name).as_string()); }
  std::string code() const { return text("code"); }
  // field:code of each error of a validation_failed
  std::vector<std::string> errors() const {
    std::vector<std::string> errors;
    for (const json::value& error : body().at("errors").as_array()) {
      errors.push_back(std::string(error.at("field").as_string()) + ":" +
                       std::string(error.at("code").as_string()));
    }
    return errors;
  }
};

class RouterTest : public ::testing::Test {
 protected:
  Sent Send(Method method, const std::string& path, const std::string& body = "",
            const std::string& token = "", const std::string& content_type = "application/json",
            const std::vector<http::Header>& headers = {}) {
    const http::Router::Match match = router.Find(method, path);
    if (!match.route) throw std::logic_error("no route " + path);
    http::Request request;
    request.method = method;
    request.path = path;
    request.parameters = match.parameters;
    request.body = body;
    if (!body.empty()) request.headers.emplace_back("content-type", content_type);
    request.headers.insert(request.headers.end(), headers.begin(), headers.end());
    if (!token.empty()) request.headers.emplace_back("authorization", "Bearer " + token);
    try {
      return {testing::Await(match.route->handler(request))};
    } catch (const Error& error) {
      return {http::Problem(error, "request-1")};
    }
  }

  Sent Register(const std::string& email = "ada@example.org") {
    return Send(
        Method::kPost, "/api/v1/auth/register",
        json::serialize(json::object{{"email", email}, {"password", "correct horse"}, {"name", "Ada"}}));
  }
  Sent Login(const std::string& email, const std::string& password) {
    return Send(Method::kPost, "/api/v1/auth/login",
                json::serialize(json::object{{"email", email}, {"password", password}}));
  }
  Sent Refresh(const std::string& token) {
    return Send(Method::kPost, "/api/v1/auth/refresh",
                json::serialize(json::object{{"refresh_token", token}}));
  }
  Sent Me(const std::string& token) { return Send(Method::kGet, "/api/v1/users/me", "", token); }

  const adapters::SignedTokens tokens{kSecret};
  testing::Service service{&tokens};
  bool healthy = true;
  const http::Router router =
      MakeRouter(service.authentication, service.accounts, [this]() -> awaitable<void> {
        if (!healthy)
          throw Error(ErrorKind::kUnavailable, "database_unavailable", "The database does not answer.");
        co_return;
      });
};

}  // namespace descant::user
