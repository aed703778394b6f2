#include "platform/s3/xml.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace descant::s3 {

namespace {

constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxElements = 200'000;
constexpr std::string_view kSpace = " \t\r\n";

void AppendUtf8(std::string& text, std::uint32_t point) {
  const auto add = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) return add(point);
  if (point < 0x800) return add(0xC0 | point >> 6), add(0x80 | (point & 63));
  if (point < 0x10000)
    return add(0xE0 | point >> 12), add(0x80 | (point >> 6 & 63)), add(0x80 | (point & 63));
  add(0xF0 | point >> 18), add(0x80 | (point >> 12 & 63)), add(0x80 | (point >> 6 & 63)),
      add(0x80 | (point & 63));
}

bool DecodeEntity(std::string_view entity, std::string& text) {
  constexpr std::pair<std::string_view, char> kNamed[] = {
      {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
  for (const auto& [name, c] : kNamed) {
    if (entity == name) return text += c, true;
  }
  if (!entity.starts_with('#')) return false;
  const int base = entity.starts_with("#x") ? 16 : 10;
  const std::string_view digits = entity.substr(base == 16 ? 2 : 1);
  std::uint32_t point = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), point, base);
  if (digits.empty() || error != std::errc{} || end != digits.end() || point > 0x10FFFF) return false;
  AppendUtf8(text, point);
  return true;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  std::optional<Element> Document() {
    Element root;
    if (!SkipProlog() || !ParseElement(root, 0)) return std::nullopt;
    SkipSpace();
    if (!rest_.empty()) return std::nullopt;
    return root;
  }

 private:
  bool Take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  // What stands before `token`, which is taken too.
  std::optional<std::string_view> Until(std::string_view token) {
    const std::size_t end = rest_.find(token);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view before = rest_.substr(0, end);
    rest_.remove_prefix(end + token.size());
    return before;
  }
  void SkipSpace() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpace), rest_.size())); }

  bool SkipProlog() {
    SkipSpace();
    while (Take("<?")) {
      if (!Until("?>")) return false;
      SkipSpace();
    }
    return !rest_.starts_with("<!");
  }

  // After `<`, or after `</`.
  static std::string LocalName(std::string_view tag) {
    const std::string_view name = tag.substr(0, tag.find_first_of(kSpace));
    return std::string(name.substr(name.find(':') + 1));
  }

  bool ParseElement(Element& element, std::size_t depth) {
    if (depth > kMaxDepth || ++elements_ > kMaxElements || !Take("<")) return false;
    const auto tag = Until(">");
    if (!tag || tag->starts_with('/') || tag->starts_with('!')) return false;
    const bool empty = tag->ends_with('/');
    element.name = LocalName(empty ? tag->substr(0, tag->size() - 1) : *tag);
    if (element.name.empty()) return false;
    return empty || ParseInside(element, depth);
  }

  bool ParseInside(Element& element, std::size_t depth) {
    while (!rest_.empty()) {
      if (Take("</")) {
        const auto tag = Until(">");
        if (!element.children.empty()) element.text.clear();  // the layout between its children
        return tag && LocalName(*tag) == element.name;
      }
      if (rest_.front() == '<') {
        if (!ParseElement(element.children.emplace_back(), depth + 1)) return false;
      } else if (!ParseText(element.text)) {
        return false;
      }
    }
    return false;
  }

  bool ParseText(std::string& text) {
    while (!rest_.empty() && rest_.front() != '<') {
      if (Take("&")) {
        const auto entity = Until(";");
        if (!entity || !DecodeEntity(*entity, text)) return false;
        continue;
      }
      const std::size_t end = std::min(rest_.find_first_of("<&"), rest_.size());
      text += rest_.substr(0, end);
      rest_.remove_prefix(end);
    }
    return true;
  }

  std::string_view rest_;
  std::size_t elements_ = 0;
};

}  // namespace

const Element* Element::Child(std::string_view child) const {
  const auto found = std::ranges::find(children, child, &Element::name);
  return found == children.end() ? nullptr : &*found;
}

std::string Element::Text(std::string_view child) const {
  const Element* found = Child(child);
  return found ? found->text : "";
}

std::vector<const Element*> Element::Children(std::string_view child) const {
  std::vector<const Element*> found;
  for (const Element& each : children) {
    if (each.name == child) found.push_back(&each);
  }
  return found;
}

std::optional<Element> ParseXml(std::string_view text) { return Parser(text).Document(); }

std::string EscapeXml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&apos;";
        break;
      case '\r':
        escaped += "&#13;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace descant::s3
