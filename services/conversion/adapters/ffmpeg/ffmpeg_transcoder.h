// The transcoder that runs FFmpeg and ffprobe as subprocesses, on the event loop of whoever calls.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "platform/runtime/blocking.h"
#include "services/conversion/adapters/ffmpeg/arguments.h"
#include "services/conversion/adapters/ffmpeg/child.h"
#include "services/conversion/adapters/ffmpeg/process.h"
#include "services/conversion/adapters/sandbox/sandbox.h"
#include "services/conversion/domain/transcoder.h"

namespace descant::conversion::ffmpeg {

struct TranscoderSettings {
  ArgumentRules arguments;
  ProcessLimits probe_limits{.memory_bytes = std::int64_t{2} << 30, .cpu_time = std::chrono::seconds(20)};
  std::chrono::seconds probe_deadline{30};
  ProcessLimits encode_limits{.memory_bytes = std::int64_t{4} << 30, .file_bytes = std::int64_t{1} << 30};
  std::chrono::seconds encode_deadline{6 * 3600};
  std::int64_t max_output = std::int64_t{64} << 30;       // bytes below the folder that one run writes to
  std::int64_t scratch_reserve = std::int64_t{64} << 20;  // bytes that have to stay free where it writes
};

class FfmpegTranscoder final : public Transcoder {
 public:
  // Every run is held in `sandbox`. File calls run on `pool`. Both have to outlive the transcoder. May be
  // used from several loops at once.
  FfmpegTranscoder(TranscoderSettings settings, const sandbox::Sandbox& sandbox, runtime::BlockingPool& pool)
      : settings_(std::move(settings)), sandbox_(sandbox), pool_(pool) {}

  awaitable<SourceProbe> Probe(std::filesystem::path file, Cancellation& cancellation) override;
  awaitable<std::vector<EncodedRendition>> Encode(Plan plan, std::filesystem::path file,
                                                  std::filesystem::path output, Watchers watchers,
                                                  Cancellation& cancellation) override;
  awaitable<std::optional<SoundMeasurement>> MeasureSound(Plan plan, std::filesystem::path file,
                                                          Cancellation& cancellation) override;
  awaitable<std::optional<CoverFiles>> ExtractCover(int stream, std::filesystem::path file,
                                                    std::filesystem::path folder,
                                                    Cancellation& cancellation) override;
  awaitable<std::optional<std::filesystem::path>> MakePoster(Plan plan, std::filesystem::path file,
                                                             std::filesystem::path folder,
                                                             Cancellation& cancellation) override;
  awaitable<std::vector<std::optional<std::filesystem::path>>> ExtractSubtitles(
      std::vector<int> streams, std::filesystem::path file, std::filesystem::path folder,
      Cancellation& cancellation) override;
  awaitable<std::vector<std::filesystem::path>> MakeThumbnails(Plan plan, ThumbnailStrip strip,
                                                               std::filesystem::path file,
                                                               std::filesystem::path folder,
                                                               Cancellation& cancellation) override;

 private:
  using OnOutput = std::function<awaitable<void>(std::string)>;

  // One process. Sets `damaged` when what it decoded was so in places.
  awaitable<void> EncodeRun(const Plan& plan, const std::filesystem::path& file,
                            const std::filesystem::path& output, const OnProgress& on_progress, bool& damaged,
                            Cancellation& cancellation);

  // Until the process has ended, whatever `on_output` or the cancellation may throw.
  awaitable<ProcessExit> Run(std::vector<std::string> argv, const sandbox::Access& access,
                             const ProcessLimits& limits, std::chrono::seconds deadline,
                             const OnOutput& on_output, Cancellation& cancellation);

  TranscoderSettings settings_;
  const sandbox::Sandbox& sandbox_;
  runtime::BlockingPool& pool_;
};

}  // namespace descant::conversion::ffmpeg
