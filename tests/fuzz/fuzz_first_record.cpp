// The record that says that the first pass of a job is whole: read, written, and read again.
#include "services/conversion/app/first_record.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace descant;
  fuzz::MayRefuse([&] {
    const std::string once =
        conversion::app::RenderFirstRecord(conversion::app::ParseFirstRecord(fuzz::Text(data, size)));
    const std::string twice = conversion::app::RenderFirstRecord(conversion::app::ParseFirstRecord(once));
    fuzz::Require(once == twice, "it says the same");
  });
  return 0;
}
