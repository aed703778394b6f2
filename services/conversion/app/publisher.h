// Puts what was encoded into storage, in an order that keeps every playlist true at every moment: what a
// playlist names is there before the playlist is.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "platform/runtime/awaitable.h"
#include "platform/storage/storage.h"
#include "services/conversion/domain/presentation.h"

namespace descant::conversion::app {

class Publisher {
 public:
  // Everything goes below `prefix`. The storage has to outlive the publisher.
  Publisher(storage::Storage& storage, std::string prefix) : storage_(storage), prefix_(std::move(prefix)) {}

  // What is new of a rendition that lies in `folder`, in a folder of its name: its init segment the first
  // time, and the segments that were not published yet.
  awaitable<void> PublishMedia(EncodedRendition rendition, std::filesystem::path folder);
  // The same, of segments alone, and of an init segment alone, out of the rendition's bytes.
  awaitable<void> PublishSegments(EncodedRendition rendition, std::filesystem::path folder);
  awaitable<void> PublishInit(EncodedRendition rendition);
  // The playlist that grows, and that of the whole. After the media.
  awaitable<void> PublishLive(EncodedRendition rendition);
  awaitable<void> PublishWhole(EncodedRendition rendition);
  // Answers its key. After all that it names.
  awaitable<std::string> PublishMaster(MasterPlaylist master);

  // A track of text, a WebVTT file, and its playlist, in the folder that it names. `duration`: of the
  // picture.
  awaitable<void> PublishSubtitles(SubtitleFormat track, std::filesystem::path file,
                                   std::chrono::milliseconds duration);

  // What never changes again and is small. Both answer the key.
  awaitable<std::string> PublishFile(std::filesystem::path file, std::string name, std::string content_type);
  awaitable<std::string> PublishText(std::string text, std::string name, std::string content_type);

  // Takes back what was published. Never throws; what storage does not answer for stays.
  awaitable<void> Withdraw();

 private:
  awaitable<void> UploadMedia(std::filesystem::path file, std::string name, std::string content_type);
  awaitable<void> WritePlaylist(std::string text, std::string name);
  std::string Claim(const std::string& name);  // the key, remembered for Withdraw

  storage::Storage& storage_;
  std::string prefix_;
  std::vector<std::string> keys_;
  std::map<std::string, std::size_t> segments_;  // published so far, by rendition
};

}  // namespace descant::conversion::app
