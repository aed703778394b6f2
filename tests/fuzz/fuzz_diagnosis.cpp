// What FFmpeg complains about, which quotes the file: it ends in a sentence of ours, whatever it says.
#include "services/conversion/adapters/ffmpeg/diagnosis.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace descant;
  using conversion::ffmpeg::ProcessExit;
  if (size < 2) return 0;
  const ProcessExit exit{.cause = static_cast<ProcessExit::Cause>(data[0] % 4),
                         .status = data[1],
                         .errors = std::string(fuzz::Text(data + 2, size - 2))};
  for (const auto diagnose : {conversion::ffmpeg::DiagnoseProbe, conversion::ffmpeg::DiagnoseEncode}) {
    fuzz::Require(diagnose(exit).detail().ends_with('.'), "a failure says a sentence");
  }
  return 0;
}
