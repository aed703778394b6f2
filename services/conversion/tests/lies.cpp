#include <limits>
#include <map>

#include "services/conversion/tests/hostile_files.h"
#include "services/conversion/tests/patched_bytes.h"

namespace descant::conversion::testing {

namespace {

struct Patch {
  std::string_view tag;
  std::size_t offset;
  std::string by;
};

constexpr const char* kSound = "-f lavfi -i sine=d=2";
constexpr const char* kFilm =
    "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -f lavfi -i sine=d=2 -c:v libx264 -preset ultrafast";

// A good file, made by FFmpeg, with one number changed. It may still convert: what matters is that it ends,
// in one of the ways that there are.
HostileFile Lie(const char* name, MediaKind kind, std::string file, std::string arguments, Patch patch) {
  using enum FailureCode;
  return {.name = name,
          .kind = kind,
          .make =
              [file, arguments, patch](Studio& studio, const Bait&) {
                const std::string& bytes = Made(studio, file, arguments);
                return studio.Write("lie", Patched(bytes, patch.tag, patch.offset, patch.by));
              },
          .ends = {kDamaged, kLimitExceeded, kUnsupportedFormat, kNoAudio, kNoVideo},
          .converts = HostileFile::kMayConvert};
}

HostileFile Mp4(const char* name, Patch patch) {
  return Lie(name, MediaKind::kVideo, "clip.mp4", kFilm, patch);
}
HostileFile Matroska(const char* name, Patch patch) {
  return Lie(name, MediaKind::kVideo, "clip.mkv", kFilm, patch);
}

HostileFile Wav(const char* name, Patch patch) {
  return Lie(name, MediaKind::kAudio, "song.wav", std::string(kSound) + " -bitexact", patch);
}

}  // namespace

const std::string& Made(Studio& studio, const std::string& name, const std::string& arguments) {
  static std::map<std::string, std::string> made;
  std::string& bytes = made[name + " " + arguments];
  if (bytes.empty()) bytes = ReadFile(studio.Make(name, arguments));
  return bytes;
}

std::vector<HostileFile> Lies() {
  using enum MediaKind;
  const std::string most = BigEndian(0xffffffff, 4);
  const std::string many = BigEndian(50'000'000, 4);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinite = std::numeric_limits<double>::infinity();
  std::vector<HostileFile> lies{
      // Offsets are from the box's type: its version and flags are four bytes further.
      Mp4("samples_by_the_million", {"stsz", 8, BigEndian(1, 4) + many}),
      Mp4("samples_by_the_milliard", {"stsz", 8, BigEndian(0, 4) + most}),
      Mp4("times_by_the_million", {"stts", 12, many + BigEndian(1, 4)}),
      Mp4("times_that_jump", {"stts", 16, most}),
      Mp4("no_time_scale", {"mdhd", 16, BigEndian(0, 4)}),
      Mp4("longer_than_there_is_time", {"mdhd", 16, BigEndian(1, 4) + most}),
      Mp4("chunks_of_all_there_is", {"stsc", 12, most + most}),
      Mp4("chunk_beyond_the_file", {"stco", 12, BigEndian(0xfffffff0, 4)}),
      Mp4("entries_that_are_not_there", {"stsd", 8, most}),
      Mp4("tracks_that_are_free_space", {"trak", 0, "free"}),
      Mp4("an_edit_list_of_years", {"elst", 12, most + most}),
      // EBML: the element's id, a length of one byte, its value.
      Matroska("duration_nan", {"\x44\x89\x88", 3, Double(nan)}),
      Matroska("duration_infinite", {"\x44\x89\x88", 3, Double(infinite)}),
      Matroska("duration_negative", {"\x44\x89\x88", 3, Double(-1e300)}),
      Matroska("duration_absurd", {"\x44\x89\x88", 3, Double(1e300)}),
      Matroska("time_scale_zero", {"\x2a\xd7\xb1\x83", 4, std::string(3, '\0')}),
      Matroska("time_scale_huge", {"\x2a\xd7\xb1\x83", 4, "\xff\xff\xff"}),
      Wav("no_channels", {"fmt ", 10, LittleEndian(0, 2)}),
      Wav("channels_by_the_thousand", {"fmt ", 10, LittleEndian(65535, 2)}),
      Wav("no_sample_rate", {"fmt ", 12, LittleEndian(0, 4)}),
      Wav("sample_rate_of_all_there_is", {"fmt ", 12, LittleEndian(0xffffffff, 4)}),
      Wav("no_block_size", {"fmt ", 20, LittleEndian(0, 2)}),
      Lie("caf_sample_rate_nan", kAudio, "song.caf", kSound, {"desc", 12, Double(nan)}),
      Lie("caf_sample_rate_infinite", kAudio, "song.caf", kSound, {"desc", 12, Double(infinite)}),
      Lie("aiff_sample_rate_nan", kAudio, "song.aiff", kSound,
          {"COMM", 16, "\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff"}),
      Lie("avi_without_a_rate", kVideo, "clip.avi", "-f lavfi -i testsrc2=s=64x64:r=25:d=2 -c:v mpeg4",
          {"strh", 28, std::string(8, '\0')}),
      Lie("avi_of_a_milliard_frames", kVideo, "clip.avi", "-f lavfi -i testsrc2=s=64x64:r=25:d=2 -c:v mpeg4",
          {"avih", 24, LittleEndian(0x7fffffff, 4)}),
      Lie("flac_of_absurd_length", kAudio, "song.flac", kSound, {"fLaC", 21, "\x0f\xff\xff\xff\xff"}),
  };
  // The size of a box stands before its type.
  const auto sized = [](const char* name, std::string_view box, std::string size) {
    return HostileFile{
        .name = name,
        .kind = kVideo,
        .make =
            [box, size](Studio& studio, const Bait&) {
              std::string bytes = Made(studio, "clip.mp4", kFilm);
              bytes.replace(bytes.find(box) - 4, 4, size);
              return studio.Write("lie", bytes);
            },
        .ends = {FailureCode::kDamaged, FailureCode::kLimitExceeded, FailureCode::kUnsupportedFormat,
                 FailureCode::kNoAudio, FailureCode::kNoVideo},
        .converts = HostileFile::kMayConvert};
  };
  lies.push_back(sized("moov_larger_than_the_file", "moov", most));
  lies.push_back(sized("moov_without_an_end", "moov", BigEndian(0, 4)));
  lies.push_back(sized("moov_of_one_byte", "moov", BigEndian(1, 4)));
  lies.push_back(sized("samples_larger_than_their_box", "stsz", BigEndian(12, 4)));
  lies.push_back(sized("media_larger_than_the_file", "mdat", most));
  return lies;
}

}  // namespace descant::conversion::testing
