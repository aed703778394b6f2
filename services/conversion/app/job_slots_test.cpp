#include "services/conversion/app/job_slots.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "platform/base/error.h"

namespace descant::conversion::app {
namespace {

using namespace std::chrono_literals;

template <class Take>
bool Refused(Take take) {
  try {
    take();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kResourceExhausted);
    return true;
  }
  return false;
}

TEST(JobSlots, AreBoundedAndComeBack) {
  JobSlots slots(2);
  const JobSlots::Slot one = slots.Take(MediaKind::kVideo);
  {
    const JobSlots::Slot two = slots.Take(MediaKind::kVideo);
    EXPECT_TRUE(Refused([&] { slots.Take(MediaKind::kVideo); }));
  }
  EXPECT_NO_THROW(slots.Take(MediaKind::kVideo));
}

TEST(JobSlots, HaveOneMoreForSound) {
  JobSlots slots(1);
  const JobSlots::Slot film = slots.Take(MediaKind::kVideo);
  {
    const JobSlots::Slot song = slots.Take(MediaKind::kAudio);
    EXPECT_TRUE(Refused([&] { slots.Take(MediaKind::kAudio); }));
    EXPECT_TRUE(Refused([&] { slots.Take(MediaKind::kVideo); }));
  }
  EXPECT_TRUE(Refused([&] { slots.Take(MediaKind::kVideo); }));
  EXPECT_NO_THROW(slots.Take(MediaKind::kAudio));
}

TEST(JobSlots, MayAllBeOfSound) {
  JobSlots slots(1);
  const JobSlots::Slot beside = slots.Take(MediaKind::kAudio);
  {
    const JobSlots::Slot another = slots.Take(MediaKind::kAudio);
    EXPECT_TRUE(Refused([&] { slots.Take(MediaKind::kVideo); }));
  }
  EXPECT_NO_THROW(slots.Take(MediaKind::kVideo)) << "which the first song leaves it";
}

TEST(JobSlots, HaveRoomForChunksWhereNoJobIs) {
  JobSlots slots(2);
  const JobSlots::Slot job = slots.Take(MediaKind::kVideo);
  const JobSlots::Slot chunk = slots.TakeForChunk([] {});
  EXPECT_TRUE(Refused([&] { slots.TakeForChunk([] {}); }));
}

TEST(JobSlots, HaveAChunkGiveWayToAJob) {
  JobSlots slots(2, 60s);
  int asked = 0;
  const auto take = [&slots](int& asked_here) { return slots.TakeForChunk([&asked_here] { ++asked_here; }); };
  int asked_early = 0;
  {
    const JobSlots::Slot first = take(asked_early);
    {
      const JobSlots::Slot second = take(asked);
      EXPECT_TRUE(Refused([&] { slots.Take(MediaKind::kVideo); }));
      EXPECT_EQ(asked, 1);
      EXPECT_EQ(asked_early, 0);
    }
    EXPECT_TRUE(Refused([&] { slots.TakeForChunk([] {}); })) << "before the job that waits";
    const JobSlots::Slot job = slots.Take(MediaKind::kVideo);
    EXPECT_EQ(asked_early, 0);
  }
  EXPECT_NO_THROW(slots.TakeForChunk([] {}));
}

TEST(JobSlots, LetChunksInAgainWhenNoJobComesBack) {
  JobSlots slots(1, 0s);
  {
    const JobSlots::Slot job = slots.Take(MediaKind::kVideo);
    EXPECT_TRUE(Refused([&] { slots.Take(MediaKind::kVideo); }));
  }
  EXPECT_NO_THROW(slots.TakeForChunk([] {}));
}

TEST(JobSlots, AreSharedByCores) {
  JobSlots slots(3, 0s);
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::vector<std::jthread> cores;
  for (int core = 0; core < 4; ++core) {
    cores.emplace_back([&, core] {
      for (int i = 0; i < 2'000; ++i) {
        Refused([&] {
          const JobSlots::Slot slot =
              core % 2 == 0 ? slots.Take(MediaKind::kVideo) : slots.TakeForChunk([] {});
          const int now = ++inside;
          if (now > most) most = now;
          --inside;
        });
      }
    });
  }
  cores.clear();
  EXPECT_LE(most, 3);
  EXPECT_NO_THROW(slots.Take(MediaKind::kVideo));
}

}  // namespace
}  // namespace descant::conversion::app
