// What is made of a source beside its renditions: loudness, waveform, cover picture, poster, thumbnails. It
// runs while they are encoded, and none of it can fail a job: what cannot be made is left out.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/runtime/awaitable.h"
#include "services/conversion/app/publisher.h"
#include "services/conversion/domain/cancellation.h"
#include "services/conversion/domain/media.h"
#include "services/conversion/domain/sound.h"
#include "services/conversion/domain/transcoder.h"

namespace descant::conversion::app {

struct SideResults {
  std::optional<SoundMeasurement> sound;
  std::string waveform_key;  // empty: not made
  Cover cover;
  std::string poster_key;      // empty: not made
  std::string thumbnails_key;  // of the WebVTT file
};

class SideWork {
 public:
  // What it refers to has to outlive it.
  SideWork(asio::any_io_executor executor, Transcoder& transcoder, Publisher& publisher,
           Cancellation& cancellation);

  // Starts, once, on the executor. `folder`: where it may write.
  void Begin(SourceProbe probe, Plan plan, std::filesystem::path source, std::filesystem::path folder);

  // Waits for the end of what was begun.
  awaitable<SideResults> Finish();
  // Ends what still runs, and waits for that. Has to be called before the object ends.
  awaitable<void> Abandon();

 private:
  struct State;

  asio::any_io_executor executor_;
  std::shared_ptr<State> state_;
  Cancellation::Listener of_job_;
  bool running_ = false;
};

// Completes `media` by what the source says of itself and by what was made beside its renditions.
void Describe(const SourceProbe& probe, const SideResults& side, const std::vector<EncodedRendition>& encoded,
              Media& media);

}  // namespace descant::conversion::app
