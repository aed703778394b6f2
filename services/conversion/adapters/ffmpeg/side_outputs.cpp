// What the transcoder makes of a source beside its renditions.
#include <array>
#include <fstream>
#include <system_error>

#include "platform/base/error.h"
#include "services/conversion/adapters/ffmpeg/arguments_pictures.h"
#include "services/conversion/adapters/ffmpeg/arguments_sound.h"
#include "services/conversion/adapters/ffmpeg/arguments_subtitles.h"
#include "services/conversion/adapters/ffmpeg/ffmpeg_transcoder.h"
#include "services/conversion/adapters/ffmpeg/sound_parser.h"

namespace descant::conversion::ffmpeg {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t kLargestCover = 1 << 20;    // bytes
constexpr std::uintmax_t kLargestPicture = 8 << 20;  // bytes, of our own
constexpr std::int64_t kLargestSubtitles = 4 << 20;  // bytes, of one track; a long film has a tenth of a MB

// For output that nobody needs.
awaitable<void> Drop(std::string) { co_return; }

// Begins and ends as a JPEG does.
bool IsPicture(const fs::path& file, std::uintmax_t largest = kLargestCover) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  if (error || size < 4 || size > largest) return false;
  std::ifstream in(file, std::ios::binary);
  std::array<char, 4> ends{};
  in.read(ends.data(), 2);
  in.seekg(-2, std::ios::end);
  in.read(ends.data() + 2, 2);
  return in && ends == std::array{'\xFF', '\xD8', '\xFF', '\xD9'};
}

// Whether a WebVTT file has a cue.
bool SaysSomething(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  for (std::string line; std::getline(in, line);)
    if (line.contains(" --> ")) return true;
  return false;
}

}  // namespace

awaitable<std::optional<SoundMeasurement>> FfmpegTranscoder::MeasureSound(Plan plan, fs::path file,
                                                                          Cancellation& cancellation) {
  const std::chrono::duration<double> stretch(MeasuredStretch(*plan.audio_format, plan.duration) /
                                              static_cast<double>(plan.audio_format->sample_rate));
  SoundParser parser(stretch);
  const auto take = [&parser](std::string piece) -> awaitable<void> {
    parser.Feed(piece);
    co_return;
  };
  const ProcessExit exit =
      co_await Run(MeasureArguments(plan, file, settings_.arguments), {.input = file},
                   settings_.encode_limits, settings_.encode_deadline, take, cancellation);
  if (!exit.succeeded()) co_return std::nullopt;
  SoundMeasurement sound = parser.Result();
  sound.sample_rate = plan.audio_format->sample_rate;
  co_return sound;
}

awaitable<std::optional<CoverFiles>> FfmpegTranscoder::ExtractCover(int stream, fs::path file,
                                                                    fs::path folder,
                                                                    Cancellation& cancellation) {
  co_await pool_.Run([&folder] { fs::create_directories(folder); });
  const ProcessExit exit = co_await Run(CoverArguments(stream, file, folder, settings_.arguments),
                                        {.input = file, .folder = folder}, settings_.probe_limits,
                                        settings_.probe_deadline, Drop, cancellation);
  if (!exit.succeeded()) co_return std::nullopt;
  CoverFiles cover{.large = folder / kLargeCover, .small = folder / kSmallCover};
  const bool pictures =
      co_await pool_.Run([&cover] { return IsPicture(cover.large) && IsPicture(cover.small); });
  if (!pictures) co_return std::nullopt;
  co_return cover;
}

awaitable<std::optional<fs::path>> FfmpegTranscoder::MakePoster(Plan plan, fs::path file, fs::path folder,
                                                                Cancellation& cancellation) {
  co_await pool_.Run([&folder] { fs::create_directories(folder); });
  const ProcessExit exit = co_await Run(PosterArguments(plan, file, folder, settings_.arguments),
                                        {.input = file, .folder = folder}, settings_.encode_limits,
                                        settings_.encode_deadline, Drop, cancellation);
  fs::path poster = folder / kPosterFile;
  if (!exit.succeeded() || !co_await pool_.Run([&poster] { return IsPicture(poster, kLargestPicture); })) {
    co_return std::nullopt;
  }
  co_return poster;
}

awaitable<std::vector<std::optional<fs::path>>> FfmpegTranscoder::ExtractSubtitles(
    std::vector<int> streams, fs::path file, fs::path folder, Cancellation& cancellation) {
  co_await pool_.Run([&folder] { fs::create_directories(folder); });
  ProcessLimits limits = settings_.encode_limits;
  limits.file_bytes = kLargestSubtitles;
  const ProcessExit exit =
      co_await Run(SubtitleArguments(streams, file, folder, settings_.arguments),
                   {.input = file, .folder = folder}, limits, settings_.encode_deadline, Drop, cancellation);
  std::vector<std::optional<fs::path>> made(streams.size());
  if (!exit.succeeded()) co_return made;
  co_await pool_.Run([&made, &folder] {
    for (std::size_t n = 0; n < made.size(); ++n) {
      fs::path text = folder / SubtitleFile(n);
      if (SaysSomething(text)) made[n] = std::move(text);
    }
  });
  co_return made;
}

awaitable<std::vector<fs::path>> FfmpegTranscoder::MakeThumbnails(Plan plan, ThumbnailStrip strip,
                                                                  fs::path file, fs::path folder,
                                                                  Cancellation& cancellation) {
  co_await pool_.Run([&folder] { fs::create_directories(folder); });
  co_await Run(ThumbnailArguments(plan, strip, file, folder, settings_.arguments),
               {.input = file, .folder = folder}, settings_.encode_limits, settings_.encode_deadline, Drop,
               cancellation);
  co_return co_await pool_.Run([&] {
    std::vector<fs::path> sheets;
    for (int sheet = 0; sheet < strip.Sheets(); ++sheet) {
      const fs::path picture = folder / ThumbnailSheetFile(sheet);
      if (!IsPicture(picture, kLargestPicture)) break;
      sheets.push_back(picture);
    }
    return sheets;
  });
}

}  // namespace descant::conversion::ffmpeg
