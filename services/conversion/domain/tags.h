// What a file says of the work that it holds, cleaned so that it can be shown. It is offered beside what its
// creator typed, and never takes that one's place. What it says of places, devices and people's remarks is
// not read at all.
#pragma once

#include <string>
#include <string_view>

namespace descant::conversion {

// Empty or 0: not said.
struct Tags {
  std::string title;
  std::string artist;
  std::string album;
  std::string album_artist;
  std::string genre;
  std::string date;  // YYYY, YYYY-MM or YYYY-MM-DD
  int track = 0;
  int tracks = 0;  // on the disc or the album
  int disc = 0;
  int discs = 0;

  bool operator==(const Tags&) const = default;
  bool empty() const { return *this == Tags{}; }
};

constexpr std::size_t kLongestTag = 200;  // code points

// One line of well-formed UTF-8 without control characters and without those that turn the direction of
// writing, no longer than kLongestTag.
std::string CleanTag(std::string_view raw);

// "3", "3/12", " 03 of 12". 0 for what is no number from 1 to 9999.
struct TagNumber {
  int number = 0;
  int of = 0;
  bool operator==(const TagNumber&) const = default;
};
TagNumber ParseTagNumber(std::string_view raw);

// The date at the beginning of an ISO 8601 time; as much of it as there is. Empty for what is none.
std::string ParseTagDate(std::string_view raw);

}  // namespace descant::conversion
