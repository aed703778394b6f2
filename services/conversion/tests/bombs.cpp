#include "services/conversion/tests/hostile_files.h"
#include "services/conversion/tests/patched_bytes.h"

namespace descant::conversion::testing {

namespace {

// One second, as bytes.
std::string Clip(Studio& studio, const std::string& name, const std::string& codec) {
  return ReadFile(studio.Make(name, "-f lavfi -i testsrc2=s=64x64:r=10:d=1 " + codec));
}

// A film of one PNG picture that claims to be `width` by `height`: in the container's words, and in its own.
std::string LargePicture(Studio& studio, std::uint32_t width, std::uint32_t height) {
  std::string film = Clip(studio, "png.mov", "-frames:v 1 -c:v png -pix_fmt rgb24 -pred none");
  film = Patched(film, "IHDR", 4, BigEndian(width, 4) + BigEndian(height, 4));
  const std::uint32_t most = 65535;
  return Patched(film, "png ", 28, BigEndian(std::min(width, most), 2) + BigEndian(std::min(height, most), 2),
                 1);
}

// An ADTS stream of so many hours of silence: one frame, many times.
std::string Silence(Studio& studio, int hours) {
  const std::string aac =
      ReadFile(studio.Make("silence.aac", "-f lavfi -i anullsrc=r=8000:cl=mono -t 3 -c:a aac -b:a 8k"));
  const auto length = [&aac](std::size_t at) {
    return std::size_t{static_cast<unsigned char>(aac[at + 3])} % 4 << 11 |
           std::size_t{static_cast<unsigned char>(aac[at + 4])} << 3 |
           static_cast<unsigned char>(aac[at + 5]) >> 5;
  };
  std::size_t at = 0;
  for (int frame = 0; frame < 10; ++frame) at += length(at);
  const std::size_t frames = static_cast<std::size_t>(hours) * 3600 * 8000 / 1024;
  return Repeated(aac.substr(at, length(at)), frames);
}

HostileFile Bomb(const char* name, MediaKind kind, std::function<std::string(Studio&)> bytes,
                 std::vector<FailureCode> ends) {
  return {.name = name,
          .kind = kind,
          .make = [bytes](Studio& studio, const Bait&) { return studio.Write("bomb", bytes(studio)); },
          .ends = std::move(ends)};
}

HostileFile ByFfmpeg(const char* name, MediaKind kind, std::string file, std::string arguments,
                     std::vector<FailureCode> ends) {
  return {.name = name,
          .kind = kind,
          .make = [file, arguments](Studio& studio, const Bait&) { return studio.Make(file, arguments); },
          .ends = std::move(ends)};
}

std::string Maps(int count) { return Repeated(" -map 0", static_cast<std::size_t>(count)); }

}  // namespace

std::vector<HostileFile> Bombs() {
  using enum MediaKind;
  using enum FailureCode;
  return {
      Bomb("picture_of_16k_by_16k", kVideo, [](Studio& studio) { return LargePicture(studio, 16384, 16384); },
           {kLimitExceeded}),
      Bomb("picture_of_all_there_is", kVideo,
           [](Studio& studio) { return LargePicture(studio, 0x7fffffff, 0x7fffffff); }, {kLimitExceeded}),
      // Sound in every bit of it, but for its size.
      ByFfmpeg("film_of_16k_by_8k", kVideo, "large.mp4",
               "-f lavfi -i color=s=16384x8192:r=25:d=0.04 -c:v libx264 -preset ultrafast", {kLimitExceeded}),
      Bomb("raw_picture_of_16k_by_16k", kVideo,
           [](Studio& studio) {
             std::string film = Clip(studio, "raw.avi", "-frames:v 1 -c:v rawvideo -pix_fmt yuv420p");
             return Patched(film, "strf", 12, LittleEndian(16384, 4) + LittleEndian(16384, 4));
           },
           {kLimitExceeded}),
      ByFfmpeg("two_hundred_streams", kAudio, "many.mka",
               "-f lavfi -i sine=d=0.1" + Maps(200) + " -c:a pcm_s16le", {kLimitExceeded}),
      ByFfmpeg("two_hundred_tracks", kAudio, "many.mp4", "-f lavfi -i sine=d=0.1" + Maps(200) + " -c:a alac",
               {kLimitExceeded}),
      // Legitimate media, and more work than this machine gives it here.
      Bomb("ten_silent_hours", kAudio, [](Studio& studio) { return Silence(studio, 10); }, {kLimitExceeded}),
      Bomb("thirteen_silent_hours", kAudio, [](Studio& studio) { return Silence(studio, 13); },
           {kLimitExceeded}),
      // Two frames, eleven hours apart: the rest is repeated.
      ByFfmpeg(
          "eleven_hours_of_two_frames", kVideo, "slow.mkv",
          "-f lavfi -i testsrc2=s=64x64:r=25 -frames:v 2 -vf setpts=N*39600/TB -fps_mode passthrough -c:v "
          "mjpeg",
          {kLimitExceeded}),
      // Two seconds long: of its frames, as many are taken as a player shows.
      {.name = "a_hundred_thousand_frames_a_second",
       .kind = kVideo,
       .make =
           [](Studio& studio, const Bait&) {
             return studio.Make("fast.mkv", "-f lavfi -i color=s=16x16:r=100000:d=2 -c:v rawvideo");
           },
       .ends = {kLimitExceeded},
       .converts = HostileFile::kMayConvert},
  };
}

}  // namespace descant::conversion::testing
