// The media work of a job without media: at once, with files that hold their own names.
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "services/conversion/domain/scratch.h"
#include "services/conversion/domain/transcoder.h"
#include "services/conversion/testing/chunks.h"
#include "services/conversion/testing/temporary_folder.h"

namespace descant::conversion::testing {

class FakeScratch final : public Scratch {
 public:
  awaitable<std::filesystem::path> Make(std::int64_t) override {
    std::filesystem::path folder = root_.path() / std::to_string(++made);
    std::filesystem::create_directories(folder);
    co_return folder;
  }
  awaitable<void> Remove(std::filesystem::path folder) override {
    std::filesystem::remove_all(folder);
    co_return;
  }
  bool empty() const { return std::filesystem::is_empty(root_.path()); }
  int made = 0;

 private:
  TemporaryFolder root_;
};

// Two segments for each rendition, of a source that plays nine seconds.
class FakeTranscoder final : public Transcoder {
 public:
  bool film = false;  // what is probed has a picture
  std::vector<SubtitleStream> subtitles;
  std::chrono::seconds duration{9};
  std::function<void()> on_probe;                               // may throw
  std::function<void()> on_encode;                              // may throw
  std::function<awaitable<void>(Cancellation&)> during_encode;  // may throw

  awaitable<SourceProbe> Probe(std::filesystem::path file, Cancellation&) override {
    if (!std::filesystem::exists(file)) throw std::logic_error("no source");
    if (on_probe) on_probe();
    SourceProbe probe{.container = film ? "matroska,webm" : "wav",
                      .duration = duration,
                      .streams = 1,
                      .audio = {{.codec = "pcm_s16le", .channels = 2, .sample_rate = 44'100}}};
    if (film) {
      probe.video = {{.index = 1, .codec = "h264", .coded = {640, 360}, .average_rate = {25, 1}}};
      probe.streams = 2;
      probe.subtitles = subtitles;
    }
    co_return probe;
  }
  awaitable<std::vector<EncodedRendition>> Encode(Plan plan, std::filesystem::path,
                                                  std::filesystem::path output, Watchers watchers,
                                                  Cancellation& cancellation) override {
    for (const int seconds : {3, 9, 6}) {
      co_await watchers.on_progress({.position = std::chrono::seconds(seconds), .speed = 3});
      cancellation.Check();
    }
    if (plan.chunk) co_return co_await EncodeChunk(std::move(plan), std::move(output), cancellation);
    std::vector<EncodedRendition> encoded;
    for (const AudioRendition& audio : plan.audio) {
      encoded.push_back({.name = audio.name, .init = {.codec = "mp4a.40.2", .channels = 2}});
    }
    for (const VideoRendition& video : plan.video) {
      encoded.push_back({.name = video.name, .init = {.codec = "avc1.64001e", .size = video.size}});
    }
    for (EncodedRendition& rendition : encoded) {
      std::filesystem::create_directories(output / rendition.name);
      for (const char* name : {"init.mp4", "00000.m4s", "00001.m4s"})
        std::ofstream(output / rendition.name / name) << name;
      rendition.playlist = {.init_file = "init.mp4",
                            .segments = {{"00000.m4s", 6, 96'000},
                                         {"00001.m4s", static_cast<double>(duration.count() - 6), 48'000}},
                            .target = 6};
    }
    for (const std::size_t segments : {1U, 2U}) {
      for (EncodedRendition growing : encoded) {
        growing.playlist.segments.resize(segments);
        co_await watchers.on_grown(std::move(growing));
      }
    }
    if (during_encode) co_await during_encode(cancellation);
    ++passes;
    if (on_encode) on_encode();
    for (EncodedRendition& rendition : encoded) rendition.playlist.ended = true;
    co_return encoded;
  }

  awaitable<EncodedChunk> EncodeChunk(Plan plan, std::filesystem::path output, Cancellation& cancellation) {
    EncodedChunk made = MadeOf(plan);
    for (const EncodedRendition& rendition : made) {
      std::filesystem::create_directories(output / rendition.name);
      for (const Segment& segment : rendition.playlist.segments)
        std::ofstream(output / rendition.name / segment.file) << segment.file;
    }
    if (during_encode) co_await during_encode(cancellation);
    cancellation.Check();
    ++chunks;
    if (on_encode) on_encode();
    co_return made;
  }

  std::function<awaitable<void>(Cancellation&)> during_measurement;  // may throw

  awaitable<std::optional<SoundMeasurement>> MeasureSound(Plan plan, std::filesystem::path,
                                                          Cancellation& cancellation) override {
    if (during_measurement) co_await during_measurement(cancellation);
    co_return SoundMeasurement{.loudness = Loudness{-16.5, 4.2, -0.3},
                               .waveform = {.point = std::chrono::milliseconds(100), .peaks = {1, 2, 3}},
                               .sample_rate = plan.audio_format->sample_rate,
                               .samples = 9 * 44'100 - 1024 - 100};
  }
  awaitable<std::optional<CoverFiles>> ExtractCover(int, std::filesystem::path, std::filesystem::path folder,
                                                    Cancellation&) override {
    std::filesystem::create_directories(folder);
    CoverFiles files{.large = folder / "large.jpg", .small = folder / "small.jpg"};
    for (const auto& file : {files.large, files.small}) std::ofstream(file) << file.filename().string();
    co_return files;
  }
  awaitable<std::optional<std::filesystem::path>> MakePoster(Plan, std::filesystem::path,
                                                             std::filesystem::path folder,
                                                             Cancellation&) override {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "poster.jpg") << "poster";
    co_return folder / "poster.jpg";
  }
  std::function<void()> on_subtitles;  // may throw

  // Of every track but the second.
  awaitable<std::vector<std::optional<std::filesystem::path>>> ExtractSubtitles(std::vector<int> streams,
                                                                                std::filesystem::path,
                                                                                std::filesystem::path folder,
                                                                                Cancellation&) override {
    if (on_subtitles) on_subtitles();
    std::filesystem::create_directories(folder);
    std::vector<std::optional<std::filesystem::path>> made;
    for (const int stream : streams) {
      made.emplace_back(folder / std::to_string(stream));
      std::ofstream(*made.back()) << "subtitles of " << stream;
    }
    if (made.size() > 1) made[1].reset();
    co_return made;
  }
  int sheets = 1;  // of thumbnails, that are made

  awaitable<std::vector<std::filesystem::path>> MakeThumbnails(Plan, ThumbnailStrip, std::filesystem::path,
                                                               std::filesystem::path folder,
                                                               Cancellation&) override {
    std::filesystem::create_directories(folder);
    std::vector<std::filesystem::path> made;
    for (int sheet = 0; sheet < sheets; ++sheet) {
      made.push_back(folder / ThumbnailSheetFile(sheet));
      std::ofstream(made.back()) << "sheet";
    }
    co_return made;
  }
  int passes = 0;  // encoded so far
  int chunks = 0;
};

}  // namespace descant::conversion::testing
