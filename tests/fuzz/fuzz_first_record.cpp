// The record that says that the first pass of a job is whole.
#include "services/conversion/app/first_record.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace descant;
  fuzz::RequireSameAgain(fuzz::Text(data, size), conversion::app::ParseFirstRecord,
                         conversion::app::RenderFirstRecord);
  return 0;
}
