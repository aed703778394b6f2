// A piece of content, from its first draft to what plays.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/error.h"
#include "platform/base/time.h"
#include "platform/base/uuid.h"

namespace descant::content::domain {

using UserId = Id<struct UserTag>;
using ContentId = Id<struct ContentTag>;

enum class ContentType { kMusic, kPodcast, kVideo };
enum class Visibility { kPublic, kUnlisted, kPrivate };

// Where the latest media of a content stands. What plays is another matter: see Content::playable.
enum class State { kDraft, kQueued, kProcessing, kReady, kFailed };

enum class MediaKind { kAudio, kVideo };

inline const std::vector<std::string_view> kContentTypes{"music", "podcast", "video"};
inline const std::vector<std::string_view> kVisibilities{"public", "unlisted", "private"};
inline const std::vector<std::string_view> kStates{"draft", "queued", "processing", "ready", "failed"};
inline const std::vector<std::string_view> kMediaKinds{"audio", "video"};

template <class Enum>
std::string_view Word(const std::vector<std::string_view>& words, Enum value) {
  return words[static_cast<std::size_t>(value)];
}
// The enum of a word that is known to be one.
template <class Enum>
Enum FromWord(const std::vector<std::string_view>& words, std::string_view word) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == word) return static_cast<Enum>(i);
  }
  return static_cast<Enum>(0);
}

struct Owner {
  UserId id;
  std::string name;
};

struct Progress {
  double fraction = 0;  // 0 to 1
  double speed = 0;     // media seconds per second
  double eta_seconds = 0;
};

struct Failure {
  std::string code;    // stable: unsupported_format, no_audio, damaged ...
  std::string detail;  // a sentence for the creator
};

struct Rendition {
  std::string codec;           // RFC 6381
  std::int64_t bandwidth = 0;  // bit/s, peak
  std::int64_t width = 0;      // 0 for audio
  std::int64_t height = 0;     // 0 for audio
  double frame_rate = 0;       // 0 for audio
};

// What the source says of itself; offered beside what its creator typed. Empty or 0: nothing.
struct Tags {
  std::string title;
  std::string artist;
  std::string album;
  std::string album_artist;
  std::string genre;
  std::string date;  // YYYY, YYYY-MM or YYYY-MM-DD
  std::int64_t track = 0;
  std::int64_t tracks = 0;
  std::int64_t disc = 0;
  std::int64_t discs = 0;
  bool operator==(const Tags&) const = default;
};

// What the encoder added to the sound, in samples.
struct Gapless {
  std::int64_t sample_rate = 0;
  std::int64_t delay = 0;
  std::int64_t padding = 0;
  std::int64_t samples = 0;  // of the source, in between
  bool operator==(const Gapless&) const = default;
};

struct Media {
  MediaKind kind = MediaKind::kAudio;
  std::int64_t duration_ms = 0;
  std::vector<Rendition> renditions;
  std::optional<double> loudness_lufs;
  std::optional<double> loudness_range_lu;
  std::optional<double> true_peak_dbtp;
  std::optional<Gapless> gapless;
  Tags tags;
  // Keys in storage; empty: not made.
  std::string waveform_key;
  std::string poster_key;
  std::string thumbnails_key;
  std::string cover_large_key;
  std::string cover_small_key;
  bool damaged = false;  // the source was played as far as it could be
};

struct Content {
  ContentId id;
  Owner owner;
  std::string title;
  std::string description;
  ContentType type = ContentType::kMusic;
  Visibility visibility = Visibility::kPrivate;
  State state = State::kDraft;
  std::optional<Progress> progress;
  std::optional<Failure> failure;
  std::optional<std::string> media_key;  // of the master playlist that plays now
  std::optional<Media> media;            // of what plays now, as far as it is known
  std::optional<std::string> cover_key;  // of the picture that its creator chose
  TimePoint created_at;
  TimePoint modified_at;

  bool playable() const { return media_key.has_value(); }
  bool converting() const { return state == State::kQueued || state == State::kProcessing; }
};

struct ContentDraft {
  std::string title;
  std::string description;
  ContentType type = ContentType::kMusic;
  Visibility visibility = Visibility::kPrivate;
};

struct ContentPatch {
  std::optional<std::string> title;
  std::optional<std::string> description;
  std::optional<ContentType> type;  // one that is converted in the same way
  std::optional<Visibility> visibility;
};

// What the creator wants made of an upload.
MediaKind KindFor(ContentType type);

// Whether everybody may find it in lists.
bool IsPublished(const Content& content);

// Whether this viewer may know of it: the owner always; others when it is public or unlisted and there is
// something to play.
bool IsVisibleTo(const Content& content, const std::optional<UserId>& viewer);

// kNotFound `content_not_found`: there is none, or none that the viewer may know of.
Error ContentNotFound();
// The content; throws ContentNotFound for none.
Content Existing(std::optional<Content> content);

}  // namespace descant::content::domain
