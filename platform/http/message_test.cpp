#include "platform/http/message.h"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

#include "platform/http/fields.h"
#include "platform/http/router.h"

namespace descant::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

template <class F>
std::string CodeOf(F work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code();
  }
  return "";
}

Request JsonRequest(std::string body, std::string type = "application/json") {
  Request request;
  request.headers = {{"content-type", std::move(type)}};
  request.body = std::move(body);
  return request;
}

TEST(RequestTest, ReadsJsonObjectsOnly) {
  EXPECT_EQ(JsonRequest(R"({"a":1})").Json().at("a"), 1);
  EXPECT_EQ(JsonRequest(R"({"a":1})", "Application/JSON; charset=utf-8").Json().at("a"), 1);
  EXPECT_EQ(CodeOf([] { JsonRequest("{}", "text/plain").Json(); }), "unsupported_media_type");
  EXPECT_EQ(CodeOf([] { JsonRequest("{}", "").Json(); }), "unsupported_media_type");
  for (const char* body : {"", "[]", "1", "{", R"({"a":})", "{\"a\":\"\xFF\"}", "{} {}"}) {
    EXPECT_EQ(CodeOf([&] { JsonRequest(body).Json(); }), "malformed_json") << body;
  }
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += R"({"a":)";
  EXPECT_EQ(CodeOf([&] { JsonRequest(deep + "1" + std::string(100, '}')).Json(); }), "malformed_json");
}

TEST(RequestTest, FindsTheBearerToken) {
  Request request;
  EXPECT_EQ(CodeOf([&] { request.BearerToken(); }), "token_missing");
  for (const char* value : {"Basic abc", "Bearer", "Bearer ", "Bearerabc"}) {
    request.headers = {{"authorization", value}};
    EXPECT_EQ(request.OptionalBearerToken(), std::nullopt) << value;
  }
  request.headers = {{"authorization", "bearer abc"}};
  EXPECT_EQ(request.BearerToken(), "abc");
}

TEST(RequestTest, FindsCookies) {
  Request request;
  request.headers = {{"cookie", "a=1; refresh=x=y;b=2"}};
  EXPECT_EQ(request.Cookie("a"), "1");
  EXPECT_EQ(request.Cookie("refresh"), "x=y");
  EXPECT_EQ(request.Cookie("b"), "2");
  EXPECT_EQ(request.Cookie("c"), std::nullopt);
}

std::vector<std::string> Rejected(const FieldReader& fields) {
  std::vector<std::string> codes;
  try {
    fields.Finish();
  } catch (const Error& error) {
    for (const FieldError& field : error.fields()) codes.push_back(field.field + ":" + field.code);
  }
  return codes;
}

TEST(FieldReaderTest, TellsAllThatIsWrongAtOnce) {
  FieldReader fields(
      boost::json::parse(
          R"({"long":"abcdef","control":"a\nb","number":"1","big":1e30,"fraction":1.5,"out":11,"word":"z","null":null})")
          .as_object());
  fields.Text("missing", {.min = 1});
  fields.Text("null", {.min = 1});
  fields.Text("long", {.max = 5});
  fields.Text("control", {});
  fields.Integer("number", 0, 10);
  fields.Integer("big", 0, 10);
  fields.Integer("fraction", 0, 10);
  fields.Integer("out", 0, 10);
  fields.OneOf("word", {"x", "y"});
  fields.Text("number", {.min = 2});
  EXPECT_THAT(
      Rejected(fields),
      ElementsAre("missing:required", "null:required", "long:too_long", "control:invalid", "number:invalid",
                  "big:invalid", "fraction:invalid", "out:out_of_range", "word:invalid", "number:too_short"));
}

TEST(FieldReaderTest, CountsCodePointsAndTrims) {
  FieldReader fields(
      boost::json::parse(R"({"a":"  ünïcödé \n","b":" as typed ","c":"two\nlines","d":"   "})").as_object());
  EXPECT_EQ(fields.Text("a", {.min = 7, .max = 7}), "ünïcödé");
  EXPECT_EQ(fields.Text("b", {.verbatim = true}), " as typed ");
  EXPECT_EQ(fields.Text("c", {.multiline = true}), "two\nlines");
  EXPECT_THAT(Rejected(fields), ElementsAre());
  fields.Text("d", {.min = 1});
  EXPECT_THAT(Rejected(fields), ElementsAre("d:required"));
}

TEST(FieldReaderTest, NamesNestedFields) {
  FieldReader fields(boost::json::parse(R"({"o":{"x":1},"l":[{"n":1},{"n":"no"}]})").as_object());
  FieldReader inner = fields.Object("o");
  inner.Text("x", {});
  fields.Adopt(inner);
  for (FieldReader& item : fields.Objects("l", 5)) {
    item.Integer("n", 0, 9);
    fields.Adopt(item);
  }
  fields.Objects("l", 1);
  EXPECT_THAT(Rejected(fields), ElementsAre("o.x:invalid", "l.1.n:invalid", "l:too_long"));
}

TEST(RouterTest, FixedSegmentsGoBeforeParameters) {
  Router router;
  router.Add({Method::kGet, "/users/{id}", nullptr});
  router.Add({Method::kGet, "/users/me", nullptr});
  router.Add({Method::kDelete, "/users/me", nullptr});
  EXPECT_EQ(router.Find(Method::kGet, "/users/me").route->pattern, "/users/me");
  const auto match = router.Find(Method::kGet, "/users/a%20b");
  EXPECT_EQ(match.route->pattern, "/users/{id}");
  EXPECT_THAT(match.parameters, ElementsAre(Header("id", "a b")));
  EXPECT_THAT(router.Find(Method::kPut, "/users/me").allowed, ElementsAre(Method::kGet, Method::kDelete));
  EXPECT_EQ(router.Find(Method::kPut, "/users/me").route, nullptr);
  for (const char* path : {"/users/", "/users", "/users/a/b", "//users/me", "/users/%zz"}) {
    EXPECT_EQ(router.Find(Method::kGet, path).route, nullptr) << path;
    EXPECT_THAT(router.Find(Method::kGet, path).allowed, ElementsAre()) << path;
  }
}

TEST(ProblemTest, SaysWhatTheErrorSays) {
  const Response response = Problem(
      Error(ErrorKind::kUnavailable, "overloaded", "Try again.").RetryAfter(std::chrono::seconds(3)), "r-1");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.headers, ::testing::IsSupersetOf({Header("Content-Type", "application/problem+json"),
                                                         Header("Retry-After", "3")}));
  const auto body = boost::json::parse(response.body).as_object();
  EXPECT_EQ(body.at("code"), "overloaded");
  EXPECT_EQ(body.at("status"), 503);
  EXPECT_EQ(body.at("request_id"), "r-1");
}

TEST(ProblemTest, SaysNothingOfDefects) {
  const Response response = Problem(Error(ErrorKind::kInternal, "database_error", "password=hunter2"), "r-1");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, Not(HasSubstr("hunter2")));
  EXPECT_THAT(response.body, Not(HasSubstr("database_error")));
}

}  // namespace
}  // namespace descant::http
