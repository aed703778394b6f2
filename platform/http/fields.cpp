#include "platform/http/fields.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include "platform/base/utf8.h"

namespace descant::http {

namespace {

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// U+0000 to U+001F and U+007F to U+009F, the latter two bytes long.
bool HasControlCharacters(std::string_view text, bool multiline) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_line = byte == '\n' || byte == '\r' || byte == '\t';
    if ((byte < 0x20 && !(multiline && is_line)) || byte == 0x7F) return true;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
  }
  return false;
}

std::string Join(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

}  // namespace

FieldReader::FieldReader(boost::json::object object, std::string prefix)
    : object_(std::move(object)), prefix_(std::move(prefix)) {}

const boost::json::value* FieldReader::Find(std::string_view name) const {
  const boost::json::value* value = object_.if_contains(name);
  return value && !value->is_null() ? value : nullptr;
}

bool FieldReader::Has(std::string_view name) const { return Find(name) != nullptr; }

void FieldReader::Reject(std::string_view name, std::string code, std::string detail) {
  errors_.push_back({prefix_ + std::string(name), std::move(code), std::move(detail)});
}

std::string FieldReader::Text(std::string_view name, TextRules rules) {
  if (!Has(name)) {
    Reject(name, "required", "This is required.");
    return "";
  }
  return OptionalText(name, rules).value_or("");
}

std::optional<std::string> FieldReader::OptionalText(std::string_view name, TextRules rules) {
  const boost::json::value* value = Find(name);
  if (!value) return std::nullopt;
  if (!value->is_string()) {
    Reject(name, "invalid", "This has to be a text.");
    return std::nullopt;
  }
  std::string_view text = value->get_string();
  if (!rules.verbatim) text = Trim(text);
  const std::size_t length = CountCodePoints(text);
  if (length < rules.min) {
    Reject(name, length == 0 ? "required" : "too_short",
           "This has to have at least " + std::to_string(rules.min) + " characters.");
    return std::nullopt;
  }
  if (length > rules.max) {
    Reject(name, "too_long", "This may have at most " + std::to_string(rules.max) + " characters.");
    return std::nullopt;
  }
  if (!rules.verbatim && HasControlCharacters(text, rules.multiline)) {
    Reject(name, "invalid", "This may not have control characters.");
    return std::nullopt;
  }
  return std::string(text);
}

std::int64_t FieldReader::Integer(std::string_view name, std::int64_t min, std::int64_t max) {
  const boost::json::value* value = Find(name);
  if (!value) {
    Reject(name, "required", "This is required.");
    return min;
  }
  boost::system::error_code error;
  const auto number = value->is_number() ? value->to_number<std::int64_t>(error) : 0;
  if (error || !value->is_number()) {
    Reject(name, "invalid", "This has to be a whole number.");
    return min;
  }
  if (number < min || number > max) {
    Reject(name, "out_of_range",
           "This has to be from " + std::to_string(min) + " to " + std::to_string(max) + ".");
    return min;
  }
  return number;
}

std::size_t FieldReader::OneOf(std::string_view name, const std::vector<std::string_view>& words) {
  if (!Has(name)) Reject(name, "required", "This is required: one of " + Join(words) + ".");
  return OptionalOneOf(name, words).value_or(0);
}

std::optional<std::size_t> FieldReader::OptionalOneOf(std::string_view name,
                                                      const std::vector<std::string_view>& words) {
  const boost::json::value* value = Find(name);
  if (!value) return std::nullopt;
  const auto found =
      value->is_string() ? std::ranges::find(words, std::string_view(value->get_string())) : words.end();
  if (found == words.end()) {
    Reject(name, "invalid", "This has to be one of " + Join(words) + ".");
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - words.begin());
}

FieldReader FieldReader::Object(std::string_view name) {
  const boost::json::value* value = Find(name);
  if (value && value->is_object()) return FieldReader(value->get_object(), prefix_ + std::string(name) + ".");
  Reject(name, value ? "invalid" : "required", "This has to be an object.");
  return FieldReader({}, prefix_ + std::string(name) + ".");
}

std::vector<FieldReader> FieldReader::Objects(std::string_view name, std::size_t max_count) {
  std::vector<FieldReader> readers;
  const boost::json::value* value = Find(name);
  if (!value || !value->is_array()) {
    Reject(name, value ? "invalid" : "required", "This has to be a list of objects.");
    return readers;
  }
  const boost::json::array& items = value->get_array();
  if (items.size() > max_count) {
    Reject(name, "too_long", "This may have at most " + std::to_string(max_count) + " items.");
    return readers;
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string item = std::string(name) + "." + std::to_string(i);
    if (!items[i].is_object()) Reject(item, "invalid", "This has to be an object.");
    readers.emplace_back(items[i].is_object() ? items[i].get_object() : boost::json::object(),
                         prefix_ + item + ".");
  }
  return readers;
}

void FieldReader::Adopt(FieldReader& inner) {
  std::ranges::move(inner.errors_, std::back_inserter(errors_));
  inner.errors_.clear();
}

void FieldReader::Finish() const {
  if (errors_.empty()) return;
  throw Error(ErrorKind::kUnprocessable, "validation_failed", "Some of what was sent is not acceptable.")
      .WithFields(errors_);
}

}  // namespace descant::http
