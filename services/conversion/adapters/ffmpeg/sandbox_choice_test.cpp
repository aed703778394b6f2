#include "services/conversion/adapters/ffmpeg/sandbox_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/base/error.h"
#include "services/conversion/testing/temporary_folder.h"

namespace descant::conversion::ffmpeg {
namespace {

namespace fs = std::filesystem;
using ::descant::conversion::testing::TemporaryFolder;
using ::testing::HasSubstr;

std::string Complaint(const sandbox::Sandbox& sandbox, const ArgumentRules& rules = {}) {
  const TemporaryFolder folder;
  try {
    TrySandbox(sandbox, folder.path(), rules);
  } catch (const Error& error) {
    EXPECT_TRUE(fs::is_empty(folder.path())) << "the trial left files behind";
    return error.detail();
  }
  return "";
}

TEST(SandboxChoice, TheTrialNoticesThatThereIsNone) {
  EXPECT_THAT(Complaint(sandbox::Unconfined()), HasSubstr("reads other files"));
}

// A sandbox that starts nothing.
class Broken final : public sandbox::Sandbox {
 public:
  std::string_view name() const override { return "broken"; }
  sandbox::Launch Confine(std::vector<std::string>, const sandbox::Access&) const override {
    return {.argv = {"/nonexistent"}};
  }
};

TEST(SandboxChoice, TheTrialNoticesThatNothingRuns) {
  EXPECT_THAT(Complaint(Broken()), HasSubstr("does not run"));
}

TEST(SandboxChoice, FindsOneThatWorksAndWhoseProgramsRun) {
  const TemporaryFolder folder;
  const auto sandbox = ChooseSandbox(SandboxMode::kAuto, folder.path(), {});
  EXPECT_NE(sandbox->name(), "off");
  EXPECT_TRUE(fs::is_empty(folder.path()));
  EXPECT_THAT(Complaint(*sandbox, {.ffprobe = "/nonexistent/ffprobe"}), HasSubstr("/nonexistent/ffprobe"));
}

TEST(SandboxChoice, WithoutAnyItSaysWhyAndWhatToDo) {
  const TemporaryFolder folder;
  try {
    ChooseSandbox(SandboxMode::kAuto, folder.path(), {.ffmpeg = "/nonexistent/ffmpeg"});
    FAIL() << "chose one";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "no_sandbox");
    EXPECT_THAT(error.detail(), HasSubstr("bubblewrap: "));
    EXPECT_THAT(error.detail(), HasSubstr("landlock: "));
    EXPECT_THAT(error.detail(), HasSubstr("DESCANT_SANDBOX=off"));
  }
}

TEST(SandboxChoice, OffIsOff) {
  EXPECT_EQ(ChooseSandbox(SandboxMode::kOff, "/nonexistent", {})->name(), "off");
}

TEST(SandboxChoice, Words) {
  EXPECT_EQ(ParseSandboxMode("auto"), SandboxMode::kAuto);
  EXPECT_EQ(ParseSandboxMode("bubblewrap"), SandboxMode::kBubblewrap);
  EXPECT_EQ(ParseSandboxMode("landlock"), SandboxMode::kLandlock);
  EXPECT_EQ(ParseSandboxMode("off"), SandboxMode::kOff);
}

}  // namespace
}  // namespace descant::conversion::ffmpeg
