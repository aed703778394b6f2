#include "services/conversion/adapters/ffmpeg/tag_parser.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

namespace descant::conversion::ffmpeg {

namespace json = boost::json;

const std::string kTagNames =
    "title,artist,album,album_artist,albumartist,genre,date,year,track,tracktotal,totaltracks,disc,disctotal,"
    "totaldiscs";

namespace {

// Containers differ in how they write the names, so case does not count.
bool SameName(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

class TagReader {
 public:
  explicit TagReader(const json::object& root) {
    if (const json::value* format = root.if_contains("format")) AddTagsOf(*format);
    const json::value* streams = root.if_contains("streams");
    if (streams == nullptr || !streams->is_array()) return;
    for (const json::value& stream : streams->get_array()) {
      if (!stream.is_object()) continue;
      const json::value* type = stream.get_object().if_contains("codec_type");
      if (type != nullptr && type->is_string() && type->get_string() == "audio") AddTagsOf(stream);
    }
  }

  // Of the first of these names that says something.
  std::string_view Raw(std::initializer_list<std::string_view> names) const {
    for (const std::string_view name : names) {
      for (const json::object* tags : tags_) {
        for (const auto& tag : *tags) {
          if (SameName(tag.key(), name) && tag.value().is_string() && !tag.value().get_string().empty())
            return tag.value().get_string();
        }
      }
    }
    return {};
  }
  std::string Text(std::initializer_list<std::string_view> names) const { return CleanTag(Raw(names)); }

 private:
  void AddTagsOf(const json::value& holder) {
    if (!holder.is_object()) return;
    const json::value* tags = holder.get_object().if_contains("tags");
    if (tags != nullptr && tags->is_object()) tags_.push_back(&tags->get_object());
  }

  std::vector<const json::object*> tags_;
};

}  // namespace

Tags ReadTags(const json::object& root) {
  const TagReader reader(root);
  const TagNumber track = ParseTagNumber(reader.Raw({"track"}));
  const TagNumber disc = ParseTagNumber(reader.Raw({"disc"}));
  const auto total = [&reader](int stated, std::initializer_list<std::string_view> names) {
    return stated != 0 ? stated : ParseTagNumber(reader.Raw(names)).number;
  };
  return {.title = reader.Text({"title"}),
          .artist = reader.Text({"artist"}),
          .album = reader.Text({"album"}),
          .album_artist = reader.Text({"album_artist", "albumartist"}),
          .genre = reader.Text({"genre"}),
          .date = ParseTagDate(reader.Raw({"date", "year"})),
          .track = track.number,
          .tracks = total(track.of, {"tracktotal", "totaltracks"}),
          .disc = disc.number,
          .discs = total(disc.of, {"disctotal", "totaldiscs"})};
}

}  // namespace descant::conversion::ffmpeg
