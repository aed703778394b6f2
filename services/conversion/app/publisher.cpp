#include "services/conversion/app/publisher.h"

#include <utility>

#include "platform/base/error.h"
#include "services/conversion/domain/i_frame_playlist.h"
#include "services/conversion/domain/subtitles.h"

namespace descant::conversion::app {

namespace {

// Segments never change. Playlists do for as long as a job runs, and players have to see it.
constexpr const char* kForever = "public, max-age=31536000, immutable";
constexpr const char* kShortly = "public, max-age=1";

constexpr const char* kPlaylistType = "application/vnd.apple.mpegurl";

const char* ContentType(const EncodedRendition& rendition) {
  return rendition.init.size.width > 0 ? "video/mp4" : "audio/mp4";
}

}  // namespace

awaitable<void> Publisher::PublishMedia(EncodedRendition rendition, std::filesystem::path folder) {
  if (!segments_.contains(rendition.name)) {
    const std::string& name = rendition.playlist.init_file;
    co_await UploadMedia(folder / rendition.name / name, rendition.name + "/" + name, ContentType(rendition));
  }
  co_await PublishSegments(std::move(rendition), std::move(folder));
}

awaitable<void> Publisher::PublishSegments(EncodedRendition rendition, std::filesystem::path folder) {
  std::size_t& published = segments_[rendition.name];
  const std::vector<Segment>& segments = rendition.playlist.segments;
  for (; published < segments.size(); ++published) {
    const std::string& name = segments[published].file;
    co_await UploadMedia(folder / rendition.name / name, rendition.name + "/" + name, ContentType(rendition));
  }
}

awaitable<void> Publisher::PublishInit(EncodedRendition rendition) {
  storage::ObjectAttributes attributes{.content_type = ContentType(rendition), .cache_control = kForever};
  const std::string key = Claim(rendition.name + "/" + rendition.playlist.init_file);
  co_await storage_.Write(key, std::move(rendition.init_bytes), std::move(attributes));
}

awaitable<void> Publisher::PublishLive(EncodedRendition rendition) {
  co_await WritePlaylist(RenderMediaPlaylist(rendition.playlist, PlaylistType::kEvent),
                         rendition.name + "/" + kLivePlaylistFile);
}

awaitable<void> Publisher::PublishWhole(EncodedRendition rendition) {
  co_await WritePlaylist(RenderMediaPlaylist(rendition.playlist, PlaylistType::kVod),
                         rendition.name + "/" + kMediaPlaylistFile);
  if (const IFramePlaylist pictures = IFramesOf(rendition.playlist); !pictures.frames.empty()) {
    co_await WritePlaylist(RenderIFramePlaylist(pictures), rendition.name + "/" + kIFramePlaylistFile);
  }
}

awaitable<std::string> Publisher::PublishMaster(MasterPlaylist master) {
  co_await WritePlaylist(RenderMasterPlaylist(master), kMasterPlaylistFile);
  co_return prefix_ + "/" + kMasterPlaylistFile;
}

awaitable<void> Publisher::PublishSubtitles(SubtitleFormat track, std::filesystem::path file,
                                            std::chrono::milliseconds duration) {
  co_await UploadMedia(std::move(file), track.name + "/" + kSubtitleFile, "text/vtt");
  co_await WritePlaylist(RenderSubtitlePlaylist(duration), track.name + "/" + kMediaPlaylistFile);
}

awaitable<std::string> Publisher::PublishFile(std::filesystem::path file, std::string name,
                                              std::string content_type) {
  co_await UploadMedia(std::move(file), name, std::move(content_type));
  co_return prefix_ + "/" + name;
}

awaitable<std::string> Publisher::PublishText(std::string text, std::string name, std::string content_type) {
  storage::ObjectAttributes attributes{.content_type = std::move(content_type), .cache_control = kForever};
  co_await storage_.Write(Claim(name), std::move(text), std::move(attributes));
  co_return prefix_ + "/" + name;
}

awaitable<void> Publisher::Withdraw() {
  try {
    co_await storage_.Delete(std::exchange(keys_, {}));
  } catch (const std::exception&) {
    // The next attempt has a folder of its own; nothing reads this one.
  }
}

awaitable<void> Publisher::UploadMedia(std::filesystem::path file, std::string name,
                                       std::string content_type) {
  storage::ObjectAttributes attributes{.content_type = std::move(content_type), .cache_control = kForever};
  co_await storage_.Upload(std::move(file), Claim(name), std::move(attributes));
}

awaitable<void> Publisher::WritePlaylist(std::string text, std::string name) {
  storage::ObjectAttributes attributes{.content_type = kPlaylistType, .cache_control = kShortly};
  co_await storage_.Write(Claim(name), std::move(text), std::move(attributes));
}

std::string Publisher::Claim(const std::string& name) {
  keys_.push_back(prefix_ + "/" + name);
  return keys_.back();
}

}  // namespace descant::conversion::app
