// Long videos converted by real workers: processes of their own, on unix sockets, with one storage.
#include <csignal>
#include <cstdlib>
#include <map>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descant/conversion/v1/conversion.grpc.pb.h"
#include "platform/rpc/client.h"
#include "platform/runtime/runtime.h"
#include "services/conversion/domain/media_playlist.h"
#include "services/conversion/testing/await.h"
#include "services/conversion/testing/processes.h"
#include "services/conversion/tests/studio.h"

namespace descant::conversion::testing {
namespace {

namespace pb = ::descant::conversion::v1;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kSecret(32, 's');

// A worker with one slot. It dies with the thread that started it.
class Worker {
 public:
  Worker(const fs::path& root, const std::string& name, const std::string& workers)
      : folder_(root / name), target_("unix:" + (folder_ / "socket").string()) {
    fs::create_directories(folder_);
    const std::map<std::string, std::string> settings{
        {"DESCANT_GRPC_LISTEN", target_},
        {"DESCANT_INTERNAL_SECRET", kSecret},
        {"DESCANT_STORAGE_DIRECTORY", root / "storage"},
        {"DESCANT_STORAGE_KEY", std::string(32, 'k')},
        {"DESCANT_SCRATCH_DIRECTORY", scratch()},
        {"DESCANT_CONVERSION_JOBS", "1"},
        {"DESCANT_FFMPEG_THREADS", "1"},
        {"DESCANT_CONVERSION_WORKERS", workers},
    };
    process_ = fork();
    if (process_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const auto& [setting, value] : settings) setenv(setting.c_str(), value.c_str(), 1);
    if (freopen(log().c_str(), "w", stderr) == nullptr) _exit(126);
    execl(DESCANT_CONVERSION_BINARY, DESCANT_CONVERSION_BINARY, nullptr);
    _exit(127);
  }
  ~Worker() { Kill(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void Kill() {
    if (process_ <= 0) return;
    kill(process_, SIGKILL);
    waitpid(std::exchange(process_, 0), nullptr, 0);
  }
  const std::string& target() const { return target_; }
  fs::path scratch() const { return folder_ / "scratch"; }
  fs::path log() const { return folder_ / "log"; }
  std::string Log() const { return ReadFile(log()); }
  bool encodes_a_chunk() const {
    const std::string output = scratch().string() + "/job-1/chunk";
    return CountProcesses([&output](const ProcessInfo& process) {
             return process.name == "ffmpeg" && CommandLine(process).contains(output);
           }) > 0;
  }

 private:
  fs::path folder_;
  std::string target_;
  pid_t process_ = 0;
};

class WorkersTest : public ::testing::Test {
 protected:
  // Of a minute, whose pictures differ.
  void MakeFilm() {
    const Shell made(
        "ffmpeg -nostdin -v error -f lavfi -i testsrc2=s=426x240:r=25:d=60,noise=alls=8:allf=t -f lavfi -i "
        "sine=d=60 "
        "-c:v libx264 -preset ultrafast -g 200 -pix_fmt yuv420p -c:a aac -shortest " +
        film_.string());
    ASSERT_EQ(made.status, 0) << made.output;
  }

  // Answers the folder of what was made.
  fs::path Convert(const Worker& worker, const std::string& job) {
    const std::string source = "uploads/" + job;
    fs::create_directories(PathOf("uploads"));
    fs::copy_file(film_, PathOf(source));
    pb::ConvertRequest request;
    request.set_job_id("01931c6e-7d7b-7c40-8a9c-3f2f5a1f0c1" + job);
    request.set_source_key(source);
    request.set_target_prefix("media/c/" + job);
    request.set_attempt(1);
    request.set_kind(pb::MEDIA_KIND_VIDEO);
    const std::string key = Await(Converse(worker.target(), request));
    EXPECT_NE(key, "") << worker.Log();
    return PathOf(key).parent_path();
  }
  static awaitable<void> Healthy(const rpc::Channel& channel) {
    for (int i = 0; i < 600 && !co_await channel.Healthy({}, 1s); ++i) co_await runtime::Sleep(50ms);
  }
  // Serves, so that another worker finds it at once.
  static void AwaitServing(const Worker& worker) {
    Await([](std::string target) -> awaitable<void> {
      const rpc::Channel channel({.target = std::move(target), .internal_secret = kSecret});
      co_await Healthy(channel);
    }(worker.target()));
  }
  awaitable<std::string> Converse(std::string target, pb::ConvertRequest request) {
    const rpc::Channel channel({.target = std::move(target), .internal_secret = kSecret});
    co_await Healthy(channel);
    const auto stub = channel.Stub<pb::ConversionService>();
    const auto kept = std::make_shared<pb::ConvertRequest>(std::move(request));
    const auto context = channel.Begin({}, 10min);
    rpc::ReadStream<pb::ConvertEvent> stream(
        context, kept, [&](auto* reactor) { stub->async()->Convert(context.get(), kept.get(), reactor); });
    pb::ConvertEvent event;
    while (co_await stream.Read(event)) {
      if (event.has_failed()) ADD_FAILURE() << event.failed().detail();
    }
    co_return event.done().master_key();
  }

  fs::path PathOf(const std::string& key) const { return folder_.path() / "storage" / key; }

  static MediaPlaylist PlaylistIn(const fs::path& rendition) {
    return ParseMediaPlaylist(ReadFile(rendition / "index.m3u8"));
  }
  static int Frames(const fs::path& rendition) {
    return std::stoi(ProbeEntry(rendition / "index.m3u8", "stream=nb_read_frames -count_frames"));
  }
  // The whole film, without a word from the decoder, and no file that its playlist does not name.
  static void ExpectFilm(const fs::path& folder) {
    EXPECT_EQ(DecodeComplaints(folder / "master.m3u8"), "");
    const fs::path rendition = folder / "hevc-360";
    EXPECT_EQ(DecodeComplaints(rendition / "index.m3u8"), "");
    EXPECT_EQ(Frames(rendition), 60 * 25);
    const MediaPlaylist playlist = PlaylistIn(rendition);
    EXPECT_NEAR(playlist.Duration(), 60, 0.001);
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(rendition))
      files += entry.path().extension() == ".m4s" ? 1 : 0;
    EXPECT_EQ(files, playlist.segments.size());
    EXPECT_THAT(ReadFile(rendition / "iframes.m3u8"), HasSubstr("#EXT-X-ENDLIST"));
  }

  testing::TemporaryFolder folder_;
  fs::path film_ = folder_.path() / "film.mp4";
};

TEST_F(WorkersTest, ConvertOneFilmTogether) {
  MakeFilm();
  const Worker other(folder_.path(), "b", "");
  AwaitServing(other);
  const Worker first(folder_.path(), "a", other.target());
  const fs::path together = Convert(first, "1");
  ExpectFilm(together);
  EXPECT_THAT(other.Log(), HasSubstr("\"made a chunk\""));
  EXPECT_THAT(first.Log(), Not(HasSubstr("whole after all")));

  // As one alone makes it: the same segments, and pictures as good, also where chunks meet.
  const fs::path alone = Convert(other, "2");
  ExpectFilm(alone);
  const auto durations = [](const fs::path& folder) {
    std::vector<double> seconds;
    for (const Segment& segment : PlaylistIn(folder / "hevc-360").segments)
      seconds.push_back(segment.duration);
    return seconds;
  };
  EXPECT_EQ(durations(together), durations(alone));
  EXPECT_EQ(ReadFile(together / "hevc-360/init.mp4"), ReadFile(alone / "hevc-360/init.mp4"));
  const std::string inputs = "ffmpeg -nostdin -v info -i " + (together / "hevc-360/index.m3u8").string() +
                             " -i " + (alone / "hevc-360/index.m3u8").string();
  for (const int joint : {12 * 25, 24 * 25, 36 * 25, 48 * 25}) {
    const std::string near =
        "select='between(n," + std::to_string(joint - 3) + "," + std::to_string(joint + 3) + ")'";
    std::string command = inputs;
    command.append(" -filter_complex \"[0:v]").append(near).append("[a];[1:v]").append(near);
    command.append("[b];[a][b]ssim\" -f null - 2>&1 | grep -o 'All:[0-9.]*' | cut -d: -f2");
    const Shell ssim(command);
    ASSERT_NE(ssim.output, "");
    EXPECT_GT(std::stod(ssim.output), 0.93) << "frames before and after " << joint;
  }
}

TEST_F(WorkersTest, GoOnWithoutOneThatIsKilled) {
  MakeFilm();
  Worker other(folder_.path(), "b", "");
  AwaitServing(other);
  const Worker first(folder_.path(), "a", other.target() + ",unix:" + (folder_.path() / "nobody").string());
  std::jthread killer([&other](const std::stop_token& over) {
    while (!over.stop_requested() && !other.encodes_a_chunk()) std::this_thread::sleep_for(5ms);
    if (!over.stop_requested()) other.Kill();
  });
  const fs::path folder = Convert(first, "1");
  killer.request_stop();
  killer.join();
  EXPECT_THAT(first.Log(), HasSubstr("\"a chunk was not made\""));
  EXPECT_THAT(first.Log(), Not(HasSubstr("whole after all")));
  EXPECT_THAT(other.Log(), Not(HasSubstr("\"made a chunk\"")));
  ExpectFilm(folder);
}

}  // namespace
}  // namespace descant::conversion::testing
