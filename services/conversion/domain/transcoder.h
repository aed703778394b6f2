// What turns a file into HLS in a folder. All functions end quickly once the cancellation is requested, with
// nothing of theirs still running, and throw Error kCancelled then.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "platform/runtime/awaitable.h"
#include "services/conversion/domain/cancellation.h"
#include "services/conversion/domain/plan.h"
#include "services/conversion/domain/presentation.h"
#include "services/conversion/domain/sound.h"
#include "services/conversion/domain/source_probe.h"
#include "services/conversion/domain/thumbnails.h"

namespace descant::conversion {

struct EncodingProgress {
  std::chrono::milliseconds position{};  // in the source
  double speed = 0;                      // media seconds per second; 0: not known yet
};

struct CoverFiles {
  std::filesystem::path large;  // JPEG, at most 640 pixels a side
  std::filesystem::path small;  // at most 160
};

class Transcoder {
 public:
  using OnProgress = std::function<awaitable<void>(EncodingProgress)>;
  using OnGrown = std::function<awaitable<void>(EncodedRendition)>;

  // Who is told while it runs. What they throw ends the encoding.
  struct Watchers {
    OnProgress on_progress;  // about twice a second
    OnGrown on_grown;        // a rendition as it is so far; what it names is whole and stays as it is
  };

  virtual ~Transcoder() = default;

  // Throws Failure when the file is not one that can be converted.
  virtual awaitable<SourceProbe> Probe(std::filesystem::path file, Cancellation& cancellation) = 0;

  // Every rendition of the plan in a folder of its name below `output`: init segment, segments. Those of a
  // chunk are numbered and timed as in the whole video once it has ended, not while they grow. Throws
  // Failure.
  virtual awaitable<std::vector<EncodedRendition>> Encode(Plan plan, std::filesystem::path file,
                                                          std::filesystem::path output, Watchers watchers,
                                                          Cancellation& cancellation) = 0;

  // Of the sound as its renditions have it; `plan` has sound. Nothing where it cannot be measured.
  virtual awaitable<std::optional<SoundMeasurement>> MeasureSound(Plan plan, std::filesystem::path file,
                                                                  Cancellation& cancellation) = 0;

  // Pictures in `folder`, which is made, of a stream that is a still. Nothing where it is no picture that can
  // be read.
  virtual awaitable<std::optional<CoverFiles>> ExtractCover(int stream, std::filesystem::path file,
                                                            std::filesystem::path folder,
                                                            Cancellation& cancellation) = 0;

  // A JPEG in `folder`, which is made, that stands for the video. `plan` has a picture that every device
  // shows. Nothing where none can be made.
  virtual awaitable<std::optional<std::filesystem::path>> MakePoster(Plan plan, std::filesystem::path file,
                                                                     std::filesystem::path folder,
                                                                     Cancellation& cancellation) = 0;

  // Tracks of text as WebVTT (UTF-8) in `folder`, which is made; as many as `streams`, in their order.
  // Nothing for one that cannot be read, or in which nothing is said.
  virtual awaitable<std::vector<std::optional<std::filesystem::path>>> ExtractSubtitles(
      std::vector<int> streams, std::filesystem::path file, std::filesystem::path folder,
      Cancellation& cancellation) = 0;

  // The strip's sheets, in order, in `folder`, which is made. Fewer, or none, where there is less to show.
  virtual awaitable<std::vector<std::filesystem::path>> MakeThumbnails(Plan plan, ThumbnailStrip strip,
                                                                       std::filesystem::path file,
                                                                       std::filesystem::path folder,
                                                                       Cancellation& cancellation) = 0;
};

}  // namespace descant::conversion
