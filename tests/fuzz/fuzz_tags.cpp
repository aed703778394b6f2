// What a file says of itself.
#include "platform/base/utf8.h"
#include "services/conversion/domain/tags.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace descant;
  const std::string_view raw = fuzz::Text(data, size);
  const std::string clean = conversion::CleanTag(raw);
  fuzz::Require(IsUtf8(clean), "a tag is well-formed");
  fuzz::Require(clean.size() <= 4 * conversion::kLongestTag, "a tag is short");
  fuzz::Require(conversion::CleanTag(clean) == clean, "a clean tag stays as it is");
  const conversion::TagNumber number = conversion::ParseTagNumber(raw);
  fuzz::Require(number.number >= 0 && number.of >= 0 && (number.of == 0 || number.of >= number.number),
                "a track is among its tracks");
  const std::string date = conversion::ParseTagDate(raw);
  fuzz::Require(date.empty() || date.size() == 4 || date.size() == 7 || date.size() == 10,
                "a date has a form");
  return 0;
}
