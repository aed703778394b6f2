// The record that says that a job is done.
#include "services/conversion/app/completion_record.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace descant;
  fuzz::RequireSameAgain(fuzz::Text(data, size), conversion::app::ParseCompletion,
                         conversion::app::RenderCompletion);
  return 0;
}
