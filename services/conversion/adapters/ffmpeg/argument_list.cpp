#include "services/conversion/adapters/ffmpeg/argument_list.h"

#include "services/conversion/adapters/ffmpeg/arguments.h"

namespace descant::conversion::ffmpeg {

namespace {

// Containers that hold media, and nothing that names other files: no playlists (hls, dash, concat, sdp), no
// image sequences, no devices, no text. A protocol list alone does not keep those from opening local files.
constexpr const char* kDemuxers =
    "aac,ac3,aiff,amr,ape,asf,avi,caf,dsf,dts,eac3,flac,flv,m4v,matroska,mov,mp3,mpc,mpc8,mpeg,mpegts,ogg,"
    "tta,w64,wav,webm,wv";

}  // namespace

void AddInputRules(ArgumentList& list, const ArgumentRules& rules) {
  list.Add({"-hide_banner", "-loglevel", "error"});
  list.Add({"-protocol_whitelist", "file,pipe", "-format_whitelist", kDemuxers});
  list.Add({"-max_pixels", std::to_string(rules.max_pixels), "-threads", std::to_string(rules.threads)});
}

ArgumentList QuietCommand(const ArgumentRules& rules, std::initializer_list<std::string> input) {
  ArgumentList list(rules.ffmpeg);
  list.Add({"-nostdin", "-nostats"});
  AddInputRules(list, rules);
  list.Add(input);
  return list;
}

std::string Text(Rational rational) {
  return rational.den == 1 ? std::to_string(rational.num)
                           : std::to_string(rational.num) + "/" + std::to_string(rational.den);
}

std::string Text(Size size) { return std::to_string(size.width) + ":" + std::to_string(size.height); }

std::string Pad(const char* kind, std::size_t index) {
  return "[" + std::string(kind) + std::to_string(index) + "]";
}

std::string Pads(const char* kind, std::size_t count) {
  std::string pads;
  for (std::size_t i = 0; i < count; ++i) pads += Pad(kind, i);
  return pads;
}

}  // namespace descant::conversion::ffmpeg
