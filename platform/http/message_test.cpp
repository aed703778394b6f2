#include "platform/http/message.h"

#include <algorithm>
#include <limits>

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
  EXPECT_EQ(CodeOf([] { JsonRequest("{\"a\":\"\\ud800\"}").Json(); }), "malformed_json")
      << "half a surrogate pair";
  EXPECT_EQ(CodeOf([] { JsonRequest("{}", "application/jsonp").Json(); }), "unsupported_media_type");
  EXPECT_EQ(CodeOf([] { JsonRequest("{}", "application/json\t ;charset=utf-8").Json(); }), "");
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 1; i < depth; ++i) text += R"({"a":)";
    return text + "{}" + std::string(depth - 1, '}');
  };
  EXPECT_EQ(CodeOf([&] { JsonRequest(nested(16)).Json(); }), "");
  EXPECT_EQ(CodeOf([&] { JsonRequest(nested(17)).Json(); }), "malformed_json");
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
  request.headers = {{"authorization", "BEARER   a.b-c_d~e+f/g=="}};
  EXPECT_EQ(request.BearerToken(), "a.b-c_d~e+f/g==");
  request.headers = {{"authorization", "Be\xC4rer abc"}};
  EXPECT_EQ(request.OptionalBearerToken(), std::nullopt);
}

TEST(RequestTest, FindsCookies) {
  Request request;
  request.headers = {{"cookie", "a=1; refresh=x=y;b=2"}};
  EXPECT_EQ(request.Cookie("a"), "1");
  EXPECT_EQ(request.Cookie("refresh"), "x=y");
  EXPECT_EQ(request.Cookie("b"), "2");
  EXPECT_EQ(request.Cookie("c"), std::nullopt);
  EXPECT_EQ(request.Cookie(""), std::nullopt);
  for (const char* value : {"", ";", ";;=", "refresh", "xrefresh=1", "a=refresh=1"}) {
    request.headers = {{"cookie", value}};
    EXPECT_EQ(request.Cookie("refresh"), std::nullopt) << value;
  }
  request.headers = {{"cookie", "refresh="}};
  EXPECT_EQ(request.Cookie("refresh"), "");
}

TEST(RequestTest, KnowsWhereItsClientReachedThePlatform) {
  Request request;
  request.headers = {{"host", "inside"}};
  EXPECT_EQ(request.Origin(), "http://inside");
  request.headers = {
      {"host", "inside"}, {"x-forwarded-proto", "https"}, {"x-forwarded-host", "media.example.org:8443"}};
  EXPECT_EQ(request.Origin(), "https://media.example.org:8443");
  request.headers = {{"host", "inside"}, {"x-forwarded-proto", "javascript"}};
  EXPECT_EQ(request.Origin(), "http://inside");
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

TEST(FieldReaderTest, RefusesControlCharactersOfEachKind) {
  for (const char* text :
       {R"("a\u0000b")", R"("a\u001fb")", R"("a\tb")", R"("a\u007fb")", R"("a\u0080b")", R"("a\u009fb")"}) {
    FieldReader fields({{"a", boost::json::parse(text)}});
    fields.Text("a", {});
    EXPECT_THAT(Rejected(fields), ElementsAre("a:invalid")) << text;
    FieldReader verbatim({{"a", boost::json::parse(text)}});
    verbatim.Text("a", {.verbatim = true});
    EXPECT_THAT(Rejected(verbatim), ElementsAre()) << text;
  }
  FieldReader fields({{"a", "one\ttwo\r\nthree \xC2\xA0 four"}, {"b", "a\x01"}});
  fields.Text("a", {.multiline = true});
  EXPECT_THAT(Rejected(fields), ElementsAre());
  fields.Text("b", {.multiline = true});
  EXPECT_THAT(Rejected(fields), ElementsAre("b:invalid"));
}

TEST(FieldReaderTest, OptionalFieldsMayBeAbsentButNotWrong) {
  FieldReader fields(
      {{"null", nullptr}, {"number", 1}, {"word", "y"}, {"wrong", "z"}, {"list", boost::json::array{1}}});
  EXPECT_EQ(fields.OptionalText("absent", {.min = 1}), std::nullopt);
  EXPECT_EQ(fields.OptionalText("null", {.min = 1}), std::nullopt);
  EXPECT_EQ(fields.OptionalOneOf("absent", {"x", "y"}), std::nullopt);
  EXPECT_EQ(fields.OptionalOneOf("word", {"x", "y"}), 1);
  EXPECT_EQ(fields.OneOf("word", {"x", "y"}), 1);
  EXPECT_TRUE(fields.Has("number"));
  EXPECT_FALSE(fields.Has("null"));
  EXPECT_FALSE(fields.Has("absent"));
  EXPECT_THAT(Rejected(fields), ElementsAre());
  fields.OptionalText("number", {});
  fields.OptionalOneOf("wrong", {"x", "y"});
  fields.OptionalOneOf("number", {"x", "y"});
  fields.OneOf("absent", {"x", "y"});
  fields.Object("list");
  fields.Object("absent");
  fields.Objects("number", 5);
  fields.Objects("absent", 5);
  fields.Reject("word", "taken", "Somebody has it.");
  EXPECT_THAT(Rejected(fields), ElementsAre("number:invalid", "wrong:invalid", "number:invalid",
                                            "absent:required", "list:invalid", "absent:required",
                                            "number:invalid", "absent:required", "word:taken"));
}

TEST(FieldReaderTest, IntegersAreWholeAndFit) {
  const std::int64_t min = std::numeric_limits<std::int64_t>::min();
  const std::int64_t max = std::numeric_limits<std::int64_t>::max();
  FieldReader fields({{"whole", 5.0},
                      {"least", min},
                      {"most", max},
                      {"above", 9'223'372'036'854'775'808ULL},
                      {"true", true}});
  EXPECT_EQ(fields.Integer("whole", 0, 10), 5);
  EXPECT_EQ(fields.Integer("least", min, max), min);
  EXPECT_EQ(fields.Integer("most", min, max), max);
  EXPECT_THAT(Rejected(fields), ElementsAre());
  fields.Integer("above", min, max);
  fields.Integer("true", 0, 1);
  fields.Integer("absent", 0, 1);
  EXPECT_THAT(Rejected(fields), ElementsAre("above:invalid", "true:invalid", "absent:required"));
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

TEST(FieldReaderTest, ItemsOfAListHaveToBeObjects) {
  FieldReader fields({{"l", boost::json::array{1, boost::json::object{{"n", 1}}}}});
  auto items = fields.Objects("l", 2);
  ASSERT_EQ(items.size(), 2);
  EXPECT_EQ(items[1].Integer("n", 0, 9), 1);
  FieldReader deeper = items[1].Object("o");
  deeper.Reject("x", "invalid", "");
  items[1].Adopt(deeper);
  fields.Adopt(items[1]);
  fields.Adopt(items[1]);  // has nothing left to take
  EXPECT_THAT(Rejected(fields), ElementsAre("l.0:invalid", "l.1.o:required", "l.1.o.x:invalid"));
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

TEST(RouterTest, DecodesSegmentsOneByOne) {
  Router router;
  router.Add({Method::kGet, "/", nullptr});
  router.Add({Method::kGet, "/a/{x}/{y}", nullptr});
  EXPECT_NE(router.Find(Method::kGet, "/").route, nullptr);
  EXPECT_THAT(router.Find(Method::kGet, "/a/b%2Fc/%C3%BC").parameters,
              ElementsAre(Header("x", "b/c"), Header("y", "ü")));
  EXPECT_NE(router.Find(Method::kGet, "/%61/b/c").route, nullptr);
  EXPECT_EQ(router.Find(Method::kGet, "/a%2Fb%2Fc").route, nullptr);
  EXPECT_EQ(router.Find(Method::kGet, "/a/b/c/").route, nullptr);
  EXPECT_EQ(router.Find(Method::kGet, "/a//c").route, nullptr);
  EXPECT_EQ(router.Find(Method::kGet, "").route->pattern, "/");
  EXPECT_EQ(Router().Find(Method::kGet, "/").route, nullptr);
}

TEST(ProblemTest, EachKindHasItsStatus) {
  const std::vector<std::pair<ErrorKind, unsigned>> statuses{
      {ErrorKind::kInvalidArgument, 400},   {ErrorKind::kUnauthenticated, 401},
      {ErrorKind::kPermissionDenied, 403},  {ErrorKind::kNotFound, 404},
      {ErrorKind::kConflict, 409},          {ErrorKind::kTooLarge, 413},
      {ErrorKind::kUnsupportedMedia, 415},  {ErrorKind::kUnprocessable, 422},
      {ErrorKind::kResourceExhausted, 429}, {ErrorKind::kCancelled, 503},
      {ErrorKind::kUnavailable, 503},       {ErrorKind::kDeadlineExceeded, 504},
      {ErrorKind::kInternal, 500}};
  for (const auto& [kind, status] : statuses) {
    const Response response = Problem(Error(kind, "code", "detail"), "id");
    const auto body = boost::json::parse(response.body).as_object();
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(StatusOf(kind), status);
    EXPECT_EQ(body.at("status"), status);
    EXPECT_FALSE(body.at("title").as_string().empty());
    EXPECT_EQ(body.at("title") == "Internal error", status == 500) << status;
    EXPECT_EQ(body.contains("errors"), false);
    EXPECT_EQ(std::ranges::count(response.headers, "WWW-Authenticate", &Header::first),
              status == 401 ? 1 : 0);
  }
}

TEST(ProblemTest, NamesTheFieldsThatAreWrong) {
  const Response response = Problem(Error(ErrorKind::kUnprocessable, "validation_failed", "")
                                        .WithFields({{"title", "too_long", "At most 200."}}),
                                    "id");
  EXPECT_EQ(boost::json::parse(response.body).at("errors"),
            (boost::json::array{{{"field", "title"}, {"code", "too_long"}, {"detail", "At most 200."}}}));
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
