// Reads the members of a JSON object and checks them; all that is wrong is told at once.
//
//   FieldReader fields(request.Json());
//   Registration registration{.email = fields.Text("email", {.min = 3, .max = 254}), ...};
//   fields.Finish();
//
// Lengths count Unicode code points; text has to be valid UTF-8 without control characters (line breaks and
// tabs only where `multiline`), and is trimmed unless `verbatim`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "platform/base/error.h"
#include "platform/base/uuid.h"

namespace descant::http {

struct TextRules {
  std::size_t min = 0;
  std::size_t max = 1000;
  bool multiline = false;
  bool verbatim = false;  // as typed: for passwords and tokens
};

class FieldReader {
 public:
  // `prefix` names the object inside the whole request, for errors: "multipart."
  explicit FieldReader(boost::json::object object, std::string prefix = "");

  std::string Text(std::string_view name, TextRules rules);                         // required
  std::optional<std::string> OptionalText(std::string_view name, TextRules rules);  // absent or null: nullopt
  std::int64_t Integer(std::string_view name, std::int64_t min, std::int64_t max);  // required
  // One of `words`: its index. Required.
  std::size_t OneOf(std::string_view name, const std::vector<std::string_view>& words);
  std::optional<std::size_t> OptionalOneOf(std::string_view name, const std::vector<std::string_view>& words);
  bool Has(std::string_view name) const;  // present and not null

  // An object inside this one, with a reader of its own whose errors this one takes over: call Adopt when it
  // is read.
  FieldReader Object(std::string_view name);
  std::vector<FieldReader> Objects(std::string_view name, std::size_t max_count);
  void Adopt(FieldReader& inner);

  // For what a caller checks itself.
  void Reject(std::string_view name, std::string code, std::string detail);

  // Throws Error kUnprocessable `validation_failed` with every field error, if there is any.
  void Finish() const;

 private:
  const boost::json::value* Find(std::string_view name) const;
  boost::json::object object_;
  std::string prefix_;
  std::vector<FieldError> errors_;
};

}  // namespace descant::http
