#include "services/conversion/adapters/sandbox/bubblewrap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace descant::conversion::sandbox {
namespace {

using ::testing::Contains;
using ::testing::Not;

std::string Joined(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) joined += word + " ";
  return joined;
}

TEST(BubblewrapArguments, NamesWhatIsSeenAndNothingElse) {
  const std::vector<std::string> arguments = BubblewrapArguments(
      {"/usr/bin/ffmpeg", "-i", "--bind"}, {.input = "/job/source", .folder = "/job/hls"});
  const std::string line = Joined(arguments);
  EXPECT_THAT(line,
              ::testing::StartsWith("/usr/bin/bwrap --unshare-user --unshare-ipc --unshare-pid "
                                    "--unshare-net --unshare-uts --unshare-cgroup-try --die-with-parent "
                                    "--new-session --cap-drop ALL --ro-bind /usr /usr "));
  EXPECT_THAT(line, ::testing::EndsWith("--bind /job/hls /job/hls --ro-bind /job/source /job/source "
                                        "--remount-ro / --chdir / --seccomp 3 -- "
                                        "/usr/bin/prlimit --nproc=512 -- /usr/bin/ffmpeg -i --bind "));
  for (const char* open : {"--proc", "--dev", "--dev-bind", "--tmpfs", "--share-net"})
    EXPECT_THAT(arguments, Not(Contains(open)));
}

TEST(BubblewrapArguments, WithoutFilesThereAreNone) {
  const std::vector<std::string> arguments = BubblewrapArguments({"/usr/bin/ffprobe"}, {});
  EXPECT_THAT(arguments, Not(Contains("--bind")));
}

TEST(BubblewrapArguments, AProgramFromElsewhereIsSeenToo) {
  EXPECT_THAT(Joined(BubblewrapArguments({"/opt/ffmpeg"}, {})),
              ::testing::HasSubstr("--ro-bind-try /opt/ffmpeg /opt/ffmpeg "));
}

}  // namespace
}  // namespace descant::conversion::sandbox
