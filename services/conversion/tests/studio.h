// The conversion with everything real: FFmpeg, local storage, scratch space; and FFmpeg again, to make
// sources and to look at results.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/runtime/blocking.h"
#include "platform/storage/storage.h"
#include "services/conversion/adapters/ffmpeg/ffmpeg_transcoder.h"
#include "services/conversion/adapters/ffmpeg/sandbox_choice.h"
#include "services/conversion/adapters/profile_file.h"
#include "services/conversion/adapters/scratch_directory.h"
#include "services/conversion/app/conversion.h"
#include "services/conversion/domain/failure.h"
#include "services/conversion/testing/recorded_events.h"
#include "services/conversion/testing/temporary_folder.h"

namespace descant::conversion::testing {

namespace fs = std::filesystem;

struct Shell {
  int status = 0;
  std::string output;  // standard output and error

  explicit Shell(const std::string& command);
};

class Studio {
 public:
  // In the sandbox that DESCANT_SANDBOX names; else the best that works here.
  explicit Studio(Limits limits = {}, ffmpeg::TranscoderSettings settings = {},
                  const Profile& profile = adapters::ParseProfile(adapters::DefaultProfile()));

  // Makes a source with FFmpeg: `arguments` are all but the output file. Answers its file.
  fs::path Make(const std::string& name, const std::string& arguments);
  fs::path Write(const std::string& name, const std::string& bytes);

  // As a new job whose source is a copy of `file`.
  Result Convert(const fs::path& file, MediaKind kind);
  // The same, where it has to fail.
  Failure FailureOf(const fs::path& file, MediaKind kind);

  app::Job NewJob(const fs::path& file, MediaKind kind);
  void PutSource(const fs::path& file, const app::Job& job);
  Result Run(const app::Job& job);

  fs::path PathOf(const std::string& key) const { return folder_.path() / "storage" / key; }
  bool scratch_empty() const;
  // How many FFmpeg processes of this studio are alive.
  int running_transcoders() const;

  Transcoder& transcoder() { return transcoder_; }

  RecordedEvents events;  // of the last job
  std::function<void()> on_progress;
  std::function<void(const std::string& name)> on_event;  // the others
  Cancellation cancellation;

 private:
  TemporaryFolder folder_;
  runtime::BlockingPool pool_{"files", 2, 100};
  std::unique_ptr<storage::Storage> storage_;
  adapters::ScratchDirectory scratch_;
  ffmpeg::FfmpegTranscoder transcoder_;
  app::Conversion conversion_;
  int jobs_ = 0;
};

// What a full decode of every stream complains about; empty when all is well.
std::string DecodeComplaints(const fs::path& playlist);

// ffprobe's value for one entry of each stream, lines in the order of the streams.
std::string ProbeEntry(const fs::path& file, const std::string& entries);

std::string ReadFile(const fs::path& file);

}  // namespace descant::conversion::testing
