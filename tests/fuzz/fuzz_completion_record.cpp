// The record that says that a job is done: read, written, and read again.
#include "services/conversion/app/completion_record.h"
#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace descant;
  fuzz::MayRefuse([&] {
    const std::string once =
        conversion::app::RenderCompletion(conversion::app::ParseCompletion(fuzz::Text(data, size)));
    const std::string twice = conversion::app::RenderCompletion(conversion::app::ParseCompletion(once));
    fuzz::Require(once == twice, "it says the same");
  });
  return 0;
}
