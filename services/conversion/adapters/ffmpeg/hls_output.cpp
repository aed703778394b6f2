#include "services/conversion/adapters/ffmpeg/hls_output.h"

#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>

#include "platform/base/error.h"
#include "services/conversion/domain/failure.h"
#include "services/conversion/domain/init_segment.h"

namespace descant::conversion::ffmpeg {

namespace fs = std::filesystem;

namespace {

constexpr std::streamoff kLargestText = 16 << 20;      // bytes of a playlist or an init segment
constexpr std::streamoff kLargestSegment = 256 << 20;  // of a chunk

[[noreturn]] void Incomplete(const fs::path& file) {
  throw Error(ErrorKind::kInternal, "output_incomplete",
              "FFmpeg left " + (file.parent_path().filename() / file.filename()).string() + " incomplete.");
}

// FFmpeg puts a new playlist in the place of the old one: what is read is the one that was opened, whatever
// has the name by then.
std::string ReadBytes(const fs::path& file, std::streamoff most) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  const std::streamoff size = in.tellg();
  if (size < 0 || size > most) Incomplete(file);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  in.seekg(0);
  if (!in.read(bytes.data(), size)) Incomplete(file);
  return bytes;
}

std::string ReadWhole(const fs::path& file) { return ReadBytes(file, kLargestText); }

// Walks over the headers of the outermost boxes, which have to fill the file exactly. Answers its size.
std::int64_t CheckSegment(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::error_code error;
  const auto size = static_cast<std::uint64_t>(fs::file_size(file, error));
  if (!in || error || size == 0) Incomplete(file);
  std::uint64_t at = 0;
  while (at < size) {
    std::array<unsigned char, 16> head{};
    in.seekg(static_cast<std::streamoff>(at));
    in.read(reinterpret_cast<char*>(head.data()), 8);
    std::uint64_t box =
        std::uint64_t{head[0]} << 24 | std::uint64_t{head[1]} << 16 | std::uint64_t{head[2]} << 8 | head[3];
    if (box == 1) {
      in.read(reinterpret_cast<char*>(head.data() + 8), 8);
      box = 0;
      for (std::size_t i = 8; i < 16; ++i) box = box << 8 | head[i];
    }
    if (!in || box < 8 || box > size - at) Incomplete(file);
    at += box;
  }
  return static_cast<std::int64_t>(size);
}

// Of a segment of pictures, which begins with one that stands alone.
ByteRange ReadFirstPicture(const fs::path& file) {
  constexpr std::size_t kLongestHead = 1 << 18;
  std::string head(kLongestHead, '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(in.gcount()));
  return FirstPicture({reinterpret_cast<const std::uint8_t*>(head.data()), head.size()});
}

Bytes AsBytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Puts a chunk's segment where it is in the whole video.
void PlaceSegment(const fs::path& file, std::uint64_t later, std::uint32_t sequence) {
  std::string bytes = ReadBytes(file, kLargestSegment);
  MoveSegment({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}, later, sequence);
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw Failure(FailureCode::kScratchFull);
}

// Where the chunk begins, in the units of the rendition's track.
std::uint64_t BeginIn(const Plan& plan, const std::string& init) {
  const Rational rate = plan.video_format->frame_rate;
  const std::int64_t ticks = plan.chunk->first_frame * rate.den * TimeScale(AsBytes(init));
  if (ticks % rate.num != 0) {
    throw Error(ErrorKind::kInternal, "time_scale_unfit",
                "The track's time scale does not fit its frame rate.");
  }
  return static_cast<std::uint64_t>(ticks / rate.num);
}

int Target(const Plan& plan) { return static_cast<int>(plan.segment.count()); }

EncodedRendition ReadRendition(const Plan& plan, const std::string& name, const fs::path& folder) {
  const fs::path file = folder / kMediaPlaylistFile;
  if (!fs::exists(file)) throw Failure(FailureCode::kDamaged);  // not one frame came through
  EncodedRendition rendition{.name = name, .playlist = ParseMediaPlaylist(ReadWhole(file))};
  if (!rendition.playlist.ended) Incomplete(file);
  // A stream without one frame leaves a segment without one sample.
  std::erase_if(rendition.playlist.segments, [](const Segment& segment) { return segment.duration <= 0; });
  if (rendition.playlist.segments.empty()) throw Failure(FailureCode::kDamaged);
  for (Segment& segment : rendition.playlist.segments) segment.bytes = CheckSegment(folder / segment.file);
  rendition.init_bytes = ReadWhole(folder / rendition.playlist.init_file);
  rendition.init = ReadInitSegment(AsBytes(rendition.init_bytes));
  rendition.playlist.target = Target(plan);
  if (rendition.init.size.width > 0) {
    for (Segment& segment : rendition.playlist.segments) {
      segment.first_picture = ReadFirstPicture(folder / segment.file);
    }
  }
  return rendition;
}

}  // namespace

std::vector<EncodedRendition> ReadOutput(const Plan& plan, const fs::path& output) {
  std::vector<EncodedRendition> renditions;
  for (const VideoRendition& video : plan.video)
    renditions.push_back(ReadRendition(plan, video.name, output / video.name));
  for (const AudioRendition& audio : plan.audio)
    renditions.push_back(ReadRendition(plan, audio.name, output / audio.name));
  return renditions;
}

void PlaceInWhole(const Plan& plan, const fs::path& output, const std::vector<EncodedRendition>& renditions) {
  for (const EncodedRendition& rendition : renditions) {
    const std::uint64_t later = BeginIn(plan, rendition.init_bytes);
    auto sequence = static_cast<std::uint32_t>(plan.chunk->first_segment);
    for (const Segment& segment : rendition.playlist.segments) {
      PlaceSegment(output / rendition.name / segment.file, later, ++sequence);  // counts from one
    }
  }
}

GrowingRendition::GrowingRendition(const Plan& plan, fs::path folder)
    : folder_(std::move(folder)), rendition_{.name = folder_.filename()} {
  rendition_.playlist.target = Target(plan);
}

std::optional<EncodedRendition> GrowingRendition::Read() {
  MediaPlaylist now = ParseMediaPlaylist(ReadWhole(folder_ / kMediaPlaylistFile));
  std::erase_if(now.segments, [](const Segment& segment) { return segment.duration <= 0; });
  std::vector<Segment>& known = rendition_.playlist.segments;
  if (now.segments.size() <= known.size()) return std::nullopt;
  if (known.empty()) {
    rendition_.playlist.init_file = now.init_file;
    rendition_.init = ReadInitSegment(AsBytes(ReadWhole(folder_ / now.init_file)));
  }
  for (std::size_t i = known.size(); i < now.segments.size(); ++i) {
    Segment segment = std::move(now.segments[i]);
    segment.bytes = CheckSegment(folder_ / segment.file);
    known.push_back(std::move(segment));
  }
  return rendition_;
}

}  // namespace descant::conversion::ffmpeg
