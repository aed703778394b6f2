#include "services/content/app/playlists.h"

#include <gmock/gmock.h>

#include "platform/storage/local.h"
#include "platform/token/edge_token.h"
#include "tests/support/await.h"
#include "tests/support/temporary_folder.h"

namespace descant::content::app {
namespace {

using namespace std::chrono_literals;
using descant::tests::Await;
using descant::tests::CodeOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST(PlaylistsTest, SignsAllButPlaylists) {
  const auto sign = [](std::string_view uri) { return "<" + std::string(uri) + ">"; };
  EXPECT_EQ(WithSignedUris("#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI=\"audio/index.m3u8\",NAME=\"a\"\n"
                           "#EXT-X-STREAM-INF:BANDWIDTH=1\navc/index.m3u8\n",
                           sign),
            "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI=\"audio/index.m3u8\",NAME=\"a\"\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=1\navc/index.m3u8\n");
  EXPECT_EQ(
      WithSignedUris(
          "#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:6.0,\n0.m4s\n\n#EXTINF:6.0,\n1.m4s\n#EXT-X-ENDLIST",
          sign),
      "#EXTM3U\n#EXT-X-MAP:URI=\"<init.mp4>\"\n#EXTINF:6.0,\n<0.m4s>\n\n#EXTINF:6.0,\n<1.m4s>\n#EXT-X-"
      "ENDLIST\n");
  EXPECT_EQ(WithSignedUris("#EXT-X-MAP:URI=\"broken\n", sign), "#EXT-X-MAP:URI=\"broken\n")
      << "no closing quote";
  EXPECT_EQ(WithSignedUris("", sign), "");
}

class ServedPlaylistsTest : public ::testing::Test {
 protected:
  ServedPlaylistsTest() {
    Put("media/c/j/1/master.m3u8", "#EXTM3U\navc/index.m3u8\n");
    Put("media/c/j/1/avc/index.m3u8", "#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\"\n0.m4s\n");
  }
  void Put(std::string key, std::string bytes) {
    Await(context_, storage_->Write(std::move(key), std::move(bytes), {}));
  }
  std::string Token(std::string_view prefix = "c/j/1", std::chrono::seconds lifetime = 1h) {
    return token::PlaybackToken(
        kKey, std::chrono::floor<std::chrono::seconds>(Now() + lifetime).time_since_epoch().count(), prefix);
  }
  Playlists::Served Open(std::vector<std::string> path) {
    return Await(context_, playlists_.Open(Token(), std::move(path), "http://h"));
  }
  std::string CodeOfOpen(std::string token, std::vector<std::string> path) {
    return CodeOf(context_, playlists_.Open(std::move(token), std::move(path), "http://h"));
  }

  const std::string kKey = std::string(32, 'k');
  asio::io_context& context_ = descant::tests::LastingLoop();
  descant::tests::TemporaryFolder folder_;
  runtime::BlockingPool pool_{"files", 1, 100};
  std::unique_ptr<storage::Storage> storage_ =
      storage::OpenLocal({.directory = folder_.path(), .key = kKey}, pool_);
  Playlists playlists_{*storage_, kKey};
};

TEST_F(ServedPlaylistsTest, LeadFromTheMasterToTheSegments) {
  EXPECT_EQ(Open({"c", "j", "1", "master.m3u8"}).playlist, "#EXTM3U\navc/index.m3u8\n");
  const std::string media = Open({"c", "j", "1", "avc", "index.m3u8"}).playlist;
  EXPECT_THAT(media, HasSubstr("#EXT-X-MAP:URI=\"http://h/media/"));
  EXPECT_THAT(media, MatchesRegex("(.|\n)*\nhttp://h/media/[^/]+/c/j/1/avc/0\\.m4s\n"));
  EXPECT_THAT(Open({"c", "j", "1", "poster.jpg"}).location,
              MatchesRegex("http://h/media/[^/]+/c/j/1/poster\\.jpg"));
}

TEST_F(ServedPlaylistsTest, LeadToWhatAnEarlierAttemptHasMadeAndNoFurther) {
  Put("media/c/j/2/avc/index.m3u8", "#EXTM3U\n../../1/avc/0.m4s\n");
  const auto served =
      Await(context_, playlists_.Open(Token("c/j"), {"c", "j", "2", "avc", "index.m3u8"}, "http://h"));
  EXPECT_THAT(served.playlist, MatchesRegex("#EXTM3U\nhttp://h/media/[^/]+/c/j/1/avc/0\\.m4s\n"));
  Put("media/c/j/1/avc/index.m3u8", "#EXTM3U\n../../../../d/j/1/0.m4s\n");
  EXPECT_EQ(CodeOfOpen(Token(), {"c", "j", "1", "avc", "index.m3u8"}), "playback_token_invalid");
}

TEST_F(ServedPlaylistsTest, ATokenOpensItsOwnPrefixOnly) {
  const std::string token = Token();
  EXPECT_EQ(CodeOfOpen(token, {"c", "j", "2", "master.m3u8"}), "playback_token_invalid");
  EXPECT_EQ(CodeOfOpen(token, {"d", "j", "1", "master.m3u8"}), "playback_token_invalid");
  EXPECT_EQ(CodeOfOpen(token, {"c", "j", "1"}), "playback_token_invalid");
  EXPECT_EQ(CodeOfOpen(token, {"c", "j", "1", "..", "2", "master.m3u8"}), "playback_token_invalid");
  EXPECT_EQ(CodeOfOpen(token, {"c", "j", "1", "../2/master.m3u8"}), "playback_token_invalid");
  EXPECT_EQ(CodeOfOpen(token, {"c", "j", "1", "absent.m3u8"}), "object_not_found");
  EXPECT_EQ(CodeOfOpen(Token("c/j/1", -1s), {"c", "j", "1", "master.m3u8"}), "playback_token_expired");
  const std::size_t dot = token.find('.');
  for (const std::string& bad :
       {std::string(), std::string("x"), std::string("1.2"), "0" + token, token + "x",
        token.substr(0, token.size() - 1), token.substr(0, dot) + ".2" + token.substr(dot + 2),
        std::to_string(std::stoll(token) + 1) + token.substr(dot),
        token.substr(0, dot) + ".-1" + token.substr(dot + 2)}) {
    EXPECT_EQ(CodeOfOpen(bad, {"c", "j", "1", "master.m3u8"}), "playback_token_invalid") << bad;
  }
}

}  // namespace
}  // namespace descant::content::app
