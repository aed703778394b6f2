#include "services/conversion/adapters/ffmpeg/argument_list.h"

namespace descant::conversion::ffmpeg {

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
