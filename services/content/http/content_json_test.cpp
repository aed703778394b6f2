// What the API shows of a content's media.
#include "services/content/http/content_json.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "platform/runtime/blocking.h"
#include "platform/storage/local.h"
#include "tests/support/temporary_folder.h"

namespace descant::content::http {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using ::testing::MatchesRegex;

class ContentJsonTest : public ::testing::Test {
 protected:
  json::object Media(domain::Media media) {
    const domain::Content content{.media_key = "media/c/j/1/master.m3u8", .media = std::move(media)};
    return ToJson(content, links_).at("media").as_object();
  }

  tests::TemporaryFolder folder_;
  runtime::BlockingPool pool_{"files", 1, 10};
  std::unique_ptr<storage::Storage> storage_ =
      storage::OpenLocal({.directory = folder_.path(), .key = std::string(32, 'k')}, pool_);
  app::MediaLinks links_{*storage_, 6h};
};

TEST_F(ContentJsonTest, TellsWhatWasMeasuredAndRead) {
  const json::object media = Media({.loudness_lufs = -16.4,
                                    .loudness_range_lu = 7.2,
                                    .true_peak_dbtp = -0.8,
                                    .gapless = domain::Gapless{44'100, 1024, 208, 529'200},
                                    .tags = {.title = "Nocturne", .track = 3},
                                    .waveform_key = "media/c/j/1/waveform.json",
                                    .poster_key = "media/c/j/1/poster.jpg",
                                    .thumbnails_key = "media/c/j/1/thumbnails/thumbnails.vtt",
                                    .cover_large_key = "media/c/j/1/cover/large.jpg",
                                    .cover_small_key = "media/c/j/1/cover/small.jpg",
                                    .damaged = true});
  EXPECT_EQ(media.at("damaged"), json::value(true));
  EXPECT_EQ(media.at("loudness_range_lu"), json::value(7.2));
  EXPECT_EQ(media.at("true_peak_dbtp"), json::value(-0.8));
  EXPECT_EQ(media.at("gapless"),
            json::parse(R"({"sample_rate":44100,"delay":1024,"padding":208,"samples":529200})"));
  EXPECT_EQ(media.at("tags"),
            json::parse(R"({"title":"Nocturne","artist":null,"album":null,"album_artist":null,
      "genre":null,"date":null,"track":3,"tracks":null,"disc":null,"discs":null})"));
  EXPECT_THAT(json::value_to<std::string>(media.at("waveform_url")),
              MatchesRegex("/media/[^/]+/c/j/1/waveform.json"));
  EXPECT_THAT(json::value_to<std::string>(media.at("poster_url")),
              MatchesRegex("/media/[^/]+/c/j/1/poster.jpg"));
  EXPECT_THAT(json::value_to<std::string>(media.at("thumbnails_url")),
              MatchesRegex("/media/[^/]+/c/j/1/thumbnails/thumbnails.vtt"));
  EXPECT_THAT(json::value_to<std::string>(media.at("cover").at("small_url")),
              MatchesRegex("/media/[^/]+/c/j/1/cover/small.jpg"));
  EXPECT_EQ(media.at("cover").at("chosen"), json::value(false));
}

TEST_F(ContentJsonTest, ShowsTheCoverThatWasChosen) {
  const domain::Content content{.media_key = "media/c/j/1/master.m3u8",
                                .media = domain::Media{.cover_large_key = "media/c/j/1/cover/large.jpg",
                                                       .cover_small_key = "media/c/j/1/cover/small.jpg"},
                                .cover_key = "media/c/cover/x.jpg"};
  const json::value cover = ToJson(content, links_).at("media").at("cover");
  EXPECT_EQ(cover.at("chosen"), json::value(true));
  for (const char* name : {"large_url", "small_url"}) {
    EXPECT_THAT(json::value_to<std::string>(cover.at(name)), MatchesRegex("/media/[^/]+/c/cover/x.jpg"));
  }
}

TEST_F(ContentJsonTest, SaysNullForWhatThereIsNot) {
  const json::object media = Media({});
  EXPECT_EQ(media.at("damaged"), json::value(false));
  for (const char* name : {"loudness_lufs", "loudness_range_lu", "true_peak_dbtp", "gapless", "tags", "cover",
                           "waveform_url", "poster_url", "thumbnails_url"}) {
    EXPECT_TRUE(media.at(name).is_null()) << name;
  }
}

}  // namespace
}  // namespace descant::content::http
