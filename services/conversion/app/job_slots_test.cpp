#include "services/conversion/app/job_slots.h"

#include <gtest/gtest.h>

#include "platform/base/error.h"

namespace descant::conversion::app {
namespace {

TEST(JobSlots, AreBoundedAndComeBack) {
  JobSlots slots(2);
  const JobSlots::Slot one = slots.Take();
  {
    const JobSlots::Slot two = slots.Take();
    try {
      slots.Take();
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kResourceExhausted);
    }
  }
  EXPECT_NO_THROW(slots.Take());
}

}  // namespace
}  // namespace descant::conversion::app
