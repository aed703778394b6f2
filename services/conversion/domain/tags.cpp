#include "services/conversion/domain/tags.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "platform/base/utf8.h"

namespace descant::conversion {

namespace {

constexpr std::size_t kLongestRaw = 4096;  // bytes that are looked at
constexpr int kLargestNumber = 9999;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The code point at the front of well-formed UTF-8, and how many bytes it takes.
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 1;
};

CodePoint First(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t value = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return {value, bytes};
}

bool IsControl(std::uint32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

// Line and paragraph separators, and whatever turns the direction of writing.
bool IsFormatting(std::uint32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

int TakeNumber(std::string_view& text) {
  const auto digit = std::ranges::find_if(text, IsDigit);
  text.remove_prefix(static_cast<std::size_t>(digit - text.begin()));
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return error == std::errc() && number >= 1 && number <= kLargestNumber ? number : 0;
}

}  // namespace

std::string CleanTag(std::string_view raw) {
  const std::string repaired = ToValidUtf8(raw.substr(0, kLongestRaw));
  std::string clean;
  std::size_t length = 0;
  for (std::string_view rest = repaired; !rest.empty() && length < kLongestTag;) {
    const CodePoint c = First(rest);
    const std::string_view bytes = rest.substr(0, c.bytes);
    rest.remove_prefix(c.bytes);
    if (IsControl(c.value) || c.value == ' ') {
      if (clean.empty() || clean.back() == ' ') continue;
      clean += ' ';
    } else if (IsFormatting(c.value)) {
      continue;
    } else {
      clean += bytes;
    }
    ++length;
  }
  if (clean.ends_with(' ')) clean.pop_back();
  return clean;
}

TagNumber ParseTagNumber(std::string_view raw) {
  raw.remove_prefix(std::min(raw.find_first_not_of(' '), raw.size()));
  if (raw.empty() || !IsDigit(raw.front())) return {};
  TagNumber parsed{.number = TakeNumber(raw)};
  parsed.of = TakeNumber(raw);
  if (parsed.of < parsed.number) parsed.of = 0;
  return parsed;
}

std::string ParseTagDate(std::string_view raw) {
  constexpr std::string_view kForm = "dddd-dd-dd";
  raw.remove_prefix(std::min(raw.find_first_not_of(' '), raw.size()));
  std::size_t fits = 0;
  while (fits < std::min(raw.size(), kForm.size()) &&
         (kForm[fits] == 'd' ? IsDigit(raw[fits]) : raw[fits] == kForm[fits])) {
    ++fits;
  }
  const auto part = [raw](std::size_t at) { return (raw[at] - '0') * 10 + raw[at + 1] - '0'; };
  const bool has_year = fits >= 4 && raw.substr(0, 4) != "0000";
  const bool has_month = has_year && fits >= 7 && part(5) >= 1 && part(5) <= 12;
  const bool has_day = has_month && fits >= 10 && part(8) >= 1 && part(8) <= 31;
  // Longer runs of digits, as 20190504, are another form, of which the year is still sure.
  return std::string(raw.substr(0, has_day ? 10 : has_month ? 7 : has_year ? 4 : 0));
}

}  // namespace descant::conversion
