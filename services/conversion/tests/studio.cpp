#include "services/conversion/tests/studio.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/storage/local.h"
#include "services/conversion/testing/await.h"
#include "services/conversion/testing/processes.h"

namespace descant::conversion::testing {

Shell::Shell(const std::string& command) {
  FILE* pipe = popen(("{ " + command + "; } 2>&1").c_str(), "re");
  std::array<char, 4096> block{};
  while (const std::size_t got = fread(block.data(), 1, block.size(), pipe)) output.append(block.data(), got);
  status = WEXITSTATUS(pclose(pipe));
}

namespace {

// Tried once for all tests of a program.
const sandbox::Sandbox& Sandbox() {
  static const std::unique_ptr<sandbox::Sandbox> sandbox = [] {
    const char* mode = std::getenv("DESCANT_SANDBOX");
    const TemporaryFolder folder;
    return ffmpeg::ChooseSandbox(ffmpeg::ParseSandboxMode(mode == nullptr ? "auto" : mode), folder.path(),
                                 {});
  }();
  return *sandbox;
}

}  // namespace

Studio::Studio(Limits limits, ffmpeg::TranscoderSettings settings, const Profile& profile)
    : storage_(
          storage::OpenLocal({.directory = folder_.path() / "storage", .key = std::string(32, 'k')}, pool_)),
      scratch_(folder_.path() / "scratch", 0, pool_),
      transcoder_(std::move(settings), Sandbox(), pool_),
      conversion_(*storage_, transcoder_, scratch_, profile, limits) {}

fs::path Studio::Make(const std::string& name, const std::string& arguments) {
  const fs::path file = folder_.path() / name;
  const Shell made("ffmpeg -nostdin -v error -y " + arguments + " " + file.string());
  EXPECT_EQ(made.status, 0) << made.output;
  return file;
}

fs::path Studio::Write(const std::string& name, const std::string& bytes) {
  std::ofstream(folder_.path() / name, std::ios::binary) << bytes;
  return folder_.path() / name;
}

app::Job Studio::NewJob(const fs::path& file, MediaKind kind) {
  const std::string number = std::to_string(++jobs_);
  app::Job job{.id = number,
               .source_key = "uploads/" + number,
               .target_prefix = "media/content/" + number,
               .kind = kind};
  PutSource(file, job);
  return job;
}

void Studio::PutSource(const fs::path& file, const app::Job& job) {
  fs::create_directories(PathOf(job.source_key).parent_path());
  fs::copy_file(file, PathOf(job.source_key));
}

Result Studio::Run(const app::Job& job) {
  events = {};
  cancellation = {};
  events.on_event = [this](const std::string& name) {
    if (name == "progress" && on_progress) on_progress();
    if (name != "progress" && on_event) on_event(name);
  };
  return Await(conversion_.Convert(job, events, cancellation));
}

Result Studio::Convert(const fs::path& file, MediaKind kind) {
  const app::Job job = NewJob(file, kind);
  Result result = Run(job);
  EXPECT_FALSE(fs::exists(PathOf(job.source_key))) << "the source is still there";
  EXPECT_TRUE(scratch_empty());
  return result;
}

Failure Studio::FailureOf(const fs::path& file, MediaKind kind) {
  const app::Job job = NewJob(file, kind);
  try {
    Run(job);
    ADD_FAILURE() << "was converted";
  } catch (const Failure& failure) {
    EXPECT_TRUE(fs::exists(PathOf(job.source_key))) << "the source is gone";
    if (events.playable.empty()) {
      EXPECT_FALSE(fs::exists(PathOf(job.target_prefix))) << "something was left";
    }
    EXPECT_TRUE(scratch_empty());
    EXPECT_EQ(running_transcoders(), 0);
    return failure;
  }
  return Failure(FailureCode::kInternal);
}

bool Studio::scratch_empty() const {
  for (const auto& entry : fs::directory_iterator(folder_.path() / "scratch")) {
    if (entry.path().filename() != "lock") return false;
  }
  return true;
}

std::string DecodeComplaints(const fs::path& playlist) {
  return Shell("ffmpeg -nostdin -v warning -xerror -i " + playlist.string() + " -map 0 -f null -").output;
}

std::string ProbeEntry(const fs::path& file, const std::string& entries) {
  const Shell probe("ffprobe -v error -of csv=p=0 -show_entries " + entries + " " + file.string());
  // HLS lists its streams as those of programs first, then again after an empty line.
  const std::size_t last = probe.output.rfind("\n\n");
  return last == std::string::npos ? probe.output : probe.output.substr(last + 2);
}

int Studio::running_transcoders() const {
  return CountProcesses([this](const ProcessInfo& process) {
    return (process.name == "ffmpeg" || process.name == "ffprobe") &&
           CommandLine(process).contains(folder_.path().string());
  });
}

std::string ReadFile(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace descant::conversion::testing
