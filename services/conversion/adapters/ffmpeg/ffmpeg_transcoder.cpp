#include "services/conversion/adapters/ffmpeg/ffmpeg_transcoder.h"

#include <algorithm>
#include <exception>
#include <fstream>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "platform/base/error.h"
#include "platform/log/log.h"
#include "platform/runtime/promise.h"
#include "platform/runtime/runtime.h"
#include "services/conversion/adapters/ffmpeg/arrival_watch.h"
#include "services/conversion/adapters/ffmpeg/diagnosis.h"
#include "services/conversion/adapters/ffmpeg/folder_watch.h"
#include "services/conversion/adapters/ffmpeg/hls_output.h"
#include "services/conversion/adapters/ffmpeg/probe_parser.h"
#include "services/conversion/adapters/ffmpeg/progress_parser.h"
#include "services/conversion/adapters/ffmpeg/together.h"
#include "services/conversion/domain/damage.h"
#include "services/conversion/domain/failure.h"

namespace descant::conversion::ffmpeg {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLargestProbe = 1 << 20;  // bytes of JSON

// FFmpeg does not say so when it cannot write, so the room is watched from here.
void CheckRoom(const fs::path& folder, std::int64_t reserve) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  if (!error && space.available < static_cast<std::uintmax_t>(reserve))
    throw Failure(FailureCode::kScratchFull);
}

bool FileContradictsItself(const fs::path& file, const std::string& container) {
  std::ifstream in(file, std::ios::binary);
  std::vector<std::uint8_t> head(kDamageHead);
  in.read(reinterpret_cast<char*>(head.data()), kDamageHead);
  head.resize(static_cast<std::size_t>(in.gcount()));
  std::error_code error;
  const auto size = fs::file_size(file, error);
  return !error && ContradictsItself(container, head, static_cast<std::int64_t>(size));
}

std::vector<fs::path> Folders(const Plan& plan, const fs::path& output) {
  std::vector<fs::path> folders;
  for (const VideoRendition& video : plan.video) folders.push_back(output / video.name);
  for (const AudioRendition& audio : plan.audio) folders.push_back(output / audio.name);
  return folders;
}

// FFmpeg's AAC encoder uses one core, so each rendition of sound alone gets a process of its own. They decode
// the source once each.
std::vector<Plan> Runs(const Plan& plan) {
  if (!plan.video.empty()) return {plan};
  std::vector<Plan> runs;
  for (const AudioRendition& rendition : plan.audio) {
    runs.push_back(plan);
    runs.back().audio = {rendition};
  }
  return runs;
}

std::vector<AudioRendition> Heaviest(const std::vector<AudioRendition>& renditions) {
  if (renditions.empty()) return {};
  return {*std::ranges::max_element(renditions, {}, &AudioRendition::bit_rate)};
}

void MakeFolders(const std::vector<fs::path>& folders) {
  for (const fs::path& folder : folders) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw Failure(FailureCode::kScratchFull);
  }
}

// Follows what FFmpeg writes while it runs, on the caller's loop. Trouble ends the encoding by `give_up`.
class OutputFollower {
 public:
  OutputFollower(const asio::any_io_executor& executor, runtime::BlockingPool& pool, const Plan& plan,
                 const std::vector<fs::path>& folders, Transcoder::OnGrown on_grown)
      : pool_(pool), on_grown_(std::move(on_grown)), watch_(executor, folders, kMediaPlaylistFile) {
    for (const fs::path& folder : folders) renditions_.emplace_back(plan, folder);
  }

  awaitable<void> Run(Cancellation& give_up) {
    try {
      while (true) {
        const std::set<std::size_t> grown = co_await watch_.Next();
        if (grown.empty()) break;
        for (const std::size_t place : grown) co_await Tell(renditions_[place]);
      }
    } catch (...) {
      thrown_ = std::current_exception();
    }
    if (thrown_) give_up.Request();
    ended_.Set({});
  }

  // Ends it; what went wrong is thrown by Check.
  awaitable<void> Stop() {
    watch_.Close();
    co_await ended_.Wait();
  }
  void Check() const {
    if (thrown_) std::rethrow_exception(thrown_);
  }

 private:
  awaitable<void> Tell(GrowingRendition& rendition) {
    std::optional<EncodedRendition> now = co_await pool_.Run([&rendition] { return rendition.Read(); });
    if (now) co_await on_grown_(*std::move(now));
  }

  runtime::BlockingPool& pool_;
  Transcoder::OnGrown on_grown_;
  ArrivalWatch watch_;
  std::vector<GrowingRendition> renditions_;
  std::exception_ptr thrown_;
  runtime::Promise<runtime::Nothing> ended_;
};

}  // namespace

awaitable<SourceProbe> FfmpegTranscoder::Probe(fs::path file, Cancellation& cancellation) {
  std::string printed;
  const auto keep = [&printed](std::string piece) -> awaitable<void> {
    printed += piece;
    if (printed.size() > kLargestProbe) {
      throw Failure(FailureCode::kLimitExceeded,
                    "The file says more about itself than what is accepted here.");
    }
    co_return;
  };
  const ProcessExit exit = co_await Run(ProbeArguments(file, settings_.arguments), {.input = file},
                                        settings_.probe_limits, settings_.probe_deadline, keep, cancellation);
  if (!exit.succeeded()) throw DiagnoseProbe(exit);
  SourceProbe probe = ParseProbe(printed);
  const bool contradicts =
      co_await pool_.Run([&file, &probe] { return FileContradictsItself(file, probe.container); });
  probe.contradicts_itself = contradicts;
  probe.picture_refused = RefusesPicture(exit);
  co_return probe;
}

awaitable<std::vector<EncodedRendition>> FfmpegTranscoder::Encode(Plan plan, fs::path file, fs::path output,
                                                                  Watchers watchers,
                                                                  Cancellation& cancellation) {
  const std::vector<fs::path> folders = Folders(plan, output);
  co_await pool_.Run([&folders] { MakeFolders(folders); });
  bool damaged = false;
  std::vector<Work> runs;
  for (const Plan& run : Runs(plan)) {
    // One of them tells how far it is, the one that has most to do.
    const bool tells = run.audio == Heaviest(plan.audio) || !run.video.empty();
    runs.push_back([this, run, &file, &output, &watchers, tells, &damaged](Cancellation& of_run) {
      static const OnProgress kSilent = [](EncodingProgress) -> awaitable<void> { co_return; };
      return EncodeRun(run, file, output, tells ? watchers.on_progress : kSilent, damaged, of_run);
    });
  }
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  Cancellation ending;  // the caller's, or trouble with what was written
  const Cancellation::Listener of_caller(cancellation, [&ending] { ending.Request(); });
  OutputFollower follower(executor, pool_, plan, folders, watchers.on_grown);
  runtime::Spawn(executor, "output follower", follower.Run(ending));  // stopped below, whatever happens
  std::exception_ptr thrown;
  try {
    co_await RunTogether(std::move(runs), ending);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await follower.Stop();
  cancellation.Check();
  follower.Check();
  if (thrown) std::rethrow_exception(thrown);
  std::vector<EncodedRendition> encoded = co_await pool_.Run([&plan, &output] {
    std::vector<EncodedRendition> renditions = ReadOutput(plan, output);
    if (plan.chunk) PlaceInWhole(plan, output, renditions);
    return renditions;
  });
  // A decoder that begins within a source misses what came before and says so. What is damaged, the pass that
  // decoded all of it knows.
  if (plan.chunk) damaged = false;
  for (EncodedRendition& rendition : encoded) rendition.of_damaged = damaged;
  co_return encoded;
}

awaitable<void> FfmpegTranscoder::EncodeRun(const Plan& plan, const fs::path& file, const fs::path& output,
                                            const OnProgress& on_progress, bool& damaged,
                                            Cancellation& cancellation) {
  CheckRoom(output, settings_.scratch_reserve);
  ProgressParser parser;
  const auto tell = [&](std::string piece) -> awaitable<void> {
    const std::optional<EncodingProgress> progress = parser.Feed(piece);
    if (!progress) co_return;
    CheckRoom(output, settings_.scratch_reserve);
    co_await on_progress(*progress);
  };
  const ProcessExit exit = co_await Run(EncodeArguments(plan, file, output, settings_.arguments),
                                        {.input = file, .folder = output}, settings_.encode_limits,
                                        settings_.encode_deadline, tell, cancellation);
  if (!exit.succeeded()) throw DiagnoseEncode(exit);
  damaged = damaged || TellsOfDamage(exit);
  CheckRoom(output, settings_.scratch_reserve);
}

awaitable<ProcessExit> FfmpegTranscoder::Run(std::vector<std::string> argv, const sandbox::Access& access,
                                             const ProcessLimits& limits, std::chrono::seconds deadline,
                                             const OnOutput& on_output, Cancellation& cancellation) {
  cancellation.Check();
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  Process process(executor, sandbox_.Confine(argv, access), limits, deadline);
  const FolderWatch watch(executor, pool_, access.folder, settings_.max_output,
                          [&process] { process.Kill(); });
  const Cancellation::Listener listener(cancellation, [&process] { process.Kill(); });
  std::exception_ptr thrown;
  try {
    while (true) {
      std::string piece = co_await process.Read();
      if (piece.empty()) break;
      if (!cancellation.requested()) co_await on_output(std::move(piece));
    }
  } catch (...) {
    thrown = std::current_exception();
    process.Kill();
  }
  ProcessExit exit = co_await process.Wait();
  cancellation.Check();
  if (thrown) std::rethrow_exception(thrown);
  if (watch.exceeded()) {
    throw Failure(FailureCode::kLimitExceeded,
                  "What the file converts to is larger than what is accepted here.");
  }
  if (!exit.succeeded() || !exit.errors.empty()) {
    log::Info("transcoder complained",
              {{"program", argv.front()}, {"status", exit.status}, {"errors", exit.errors}});
  }
  co_return exit;
}

}  // namespace descant::conversion::ffmpeg
