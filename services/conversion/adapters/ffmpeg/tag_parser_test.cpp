#include "services/conversion/adapters/ffmpeg/tag_parser.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace descant::conversion::ffmpeg {
namespace {

Tags Read(std::string_view text) { return ReadTags(boost::json::parse(text).as_object()); }

TEST(TagParser, ReadsThoseOfTheContainer) {
  const Tags tags =
      Read(R"({"format":{"tags":{"title":"Nocturne","ARTIST":"Ana","Album":"Night","album_artist":"Various",
      "track":"3/12","disc":"1","DISCTOTAL":"2","date":"2019-05-04","genre":"Jazz\n"}}})");
  EXPECT_EQ(tags, (Tags{.title = "Nocturne",
                        .artist = "Ana",
                        .album = "Night",
                        .album_artist = "Various",
                        .genre = "Jazz",
                        .date = "2019-05-04",
                        .track = 3,
                        .tracks = 12,
                        .disc = 1,
                        .discs = 2}));
}

TEST(TagParser, ReadsThoseOfTheSoundWhereTheContainerHasNone) {
  const Tags tags = Read(R"({"streams":[{"codec_type":"video","tags":{"title":"Cover"}},
      {"codec_type":"audio","tags":{"title":"Nocturne","year":"1999"}}],"format":{"tags":{"title":""}}})");
  EXPECT_EQ(tags, (Tags{.title = "Nocturne", .date = "1999"}));
}

TEST(TagParser, ReadsNothingOfPlacesDevicesAndRemarks) {
  EXPECT_TRUE(Read(R"({"format":{"tags":{"location":"+48.1+11.5/","make":"Acme","model":"X","encoder":"Lavf",
      "comment":"secret","com.apple.quicktime.location.ISO6709":"+48.1"}}})")
                  .empty());
  for (const char* word : {"comment", "location", "make", "model", "encoder", "description", "lyrics"}) {
    EXPECT_EQ(kTagNames.find(word), std::string::npos) << word;
  }
}

TEST(TagParser, ReadsNothingOfWhatHasAnotherForm) {
  for (const char* text :
       {"{}", R"({"format":7,"streams":{}})", R"({"format":{"tags":[1]},"streams":[7,{"tags":3}]})",
        R"({"format":{"tags":{"title":7,"track":{},"date":null}}})"}) {
    EXPECT_TRUE(Read(text).empty()) << text;
  }
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
