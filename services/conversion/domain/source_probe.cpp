#include "services/conversion/domain/source_probe.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace descant::conversion {

namespace {

// A pixel shape beyond this is taken for a mistake of the file.
constexpr double kStrangestShape = 8;

constexpr std::array<std::string_view, 5> kCoverCodecs = {"mjpeg", "png", "webp", "bmp", "gif"};

constexpr std::array<std::string_view, 6> kTextCodecs = {"subrip",   "ass",    "ssa",
                                                         "mov_text", "webvtt", "text"};

template <class Stream, class Fits>
const Stream* Pick(const std::vector<Stream>& streams, Fits fits) {
  const Stream* first = nullptr;
  for (const Stream& stream : streams) {
    if (!fits(stream)) continue;
    if (stream.is_default) return &stream;
    if (first == nullptr) first = &stream;
  }
  return first;
}

}  // namespace

const AudioStream* SourceProbe::MainAudio() const {
  return Pick(audio, [](const AudioStream& stream) { return stream.decodable(); });
}

std::vector<const AudioStream*> SourceProbe::FurtherAudio() const {
  std::vector<const AudioStream*> further;
  const AudioStream* main = MainAudio();
  for (const AudioStream& stream : audio) {
    if (&stream != main && stream.decodable()) further.push_back(&stream);
  }
  return further;
}

const VideoStream* SourceProbe::MainVideo() const {
  return Pick(video, [](const VideoStream& stream) { return stream.decodable() && !stream.is_still; });
}

const VideoStream* SourceProbe::CoverPicture() const {
  const auto found = std::ranges::find_if(video, [](const VideoStream& stream) {
    return stream.is_still && stream.decodable() && std::ranges::count(kCoverCodecs, stream.codec) > 0;
  });
  return found == video.end() ? nullptr : &*found;
}

bool SubtitleStream::is_text() const { return std::ranges::count(kTextCodecs, codec) > 0; }

Size DisplaySize(const VideoStream& video) {
  Size size = video.coded;
  const double shape = video.pixel_shape.known() ? video.pixel_shape.value() : 1;
  if (shape != 1 && shape < kStrangestShape && shape > 1 / kStrangestShape) {
    size.width = std::max(1, static_cast<int>(std::lround(size.width * shape)));
  }
  if (video.rotation == 90 || video.rotation == 270) std::swap(size.width, size.height);
  return size;
}

}  // namespace descant::conversion
