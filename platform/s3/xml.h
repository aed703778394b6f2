// Reads the XML that S3 and STS answer with: elements and text. No attributes, no namespaces, no document
// types; bounded in depth and number, since the answer may come from anything that listens there.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace descant::s3 {

struct Element {
  std::string name;  // without its prefix
  std::string text;  // decoded; of an element that has only text
  std::vector<Element> children;

  const Element* Child(std::string_view child) const;  // the first of this name, or null
  std::string Text(std::string_view child) const;      // of that one; empty without it
  std::vector<const Element*> Children(std::string_view child) const;
};

// The root element; nothing for what is no XML of this kind (a proxy's HTML, for example).
std::optional<Element> ParseXml(std::string_view text);

// Text for between two tags.
std::string EscapeXml(std::string_view text);

}  // namespace descant::s3
