#include "services/conversion/adapters/ffmpeg/sandbox_choice.h"

#include <exception>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <unistd.h>

#include "platform/base/error.h"
#include "platform/log/log.h"
#include "services/conversion/adapters/ffmpeg/process.h"
#include "services/conversion/adapters/sandbox/bubblewrap.h"
#include "services/conversion/adapters/sandbox/landlock.h"

namespace descant::conversion::ffmpeg {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds kDeadline{20};
constexpr ProcessLimits kLimits{.memory_bytes = std::int64_t{2} << 30, .cpu_time = std::chrono::seconds(10)};

// $1 input, $2 folder, $3 a file that it has no business with, $4 the service's process id. Only what the
// shell does by itself. Prints what is wrong.
constexpr const char* kFilesScript = R"(
read -r word <"$1" && [ "$word" = input ] || echo "cannot read its input"
{ echo output >"$2/output"; } || echo "cannot write to its folder"
if { read -r word <"$3"; }; then echo "reads other files"; fi
if { echo x >"$3"; }; then echo "writes other files"; fi
if { echo x >"$1"; }; then echo "writes its input"; fi
if { echo x >"${3%/*}/new"; }; then echo "makes files elsewhere"; fi
if { read -r word <"/proc/$4/stat"; }; then echo "sees other processes"; fi
if { read -r word </etc/passwd; }; then echo "reads the system's settings"; fi
if kill -0 "$4"; then echo "reaches other processes"; fi
exit 0
)";

[[noreturn]] void Fail(const std::string& what) {
  throw Error(ErrorKind::kUnavailable, "sandbox_failed", what);
}

// A folder for the files of one trial, gone with the object.
class Room {
 public:
  explicit Room(const fs::path& folder) : path_((folder / "job-trial-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) Fail("no folder can be made in " + folder.string());
    std::ofstream(input()) << "input\n";
    std::ofstream(secret()) << "secret\n";
    fs::create_directory(output());
  }
  ~Room() {
    std::error_code error;
    fs::remove_all(path_, error);
  }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  fs::path input() const { return fs::path(path_) / "input"; }
  fs::path secret() const { return fs::path(path_) / "secret"; }
  fs::path output() const { return fs::path(path_) / "output"; }
  sandbox::Access access() const { return {.input = input(), .folder = output()}; }

 private:
  std::string path_;
};

Ended Run(sandbox::Launch launch) {
  asio::io_context context;
  std::exception_ptr thrown;
  Ended ended;
  asio::co_spawn(context, RunToEnd(std::move(launch), kLimits, kDeadline),
                 [&](std::exception_ptr error, Ended run) {
                   thrown = std::move(error);
                   ended = std::move(run);
                 });
  context.run();
  if (thrown) std::rethrow_exception(thrown);
  return ended;
}

std::string Describe(const ProcessExit& exit) {
  return exit.errors.empty() ? "status " + std::to_string(exit.status) : exit.errors;
}

void TryFiles(const sandbox::Sandbox& sandbox, const Room& room) {
  const Ended ran = Run(sandbox.Confine({"/bin/sh", "-c", kFilesScript, "sh", room.input(), room.output(),
                                         room.secret(), std::to_string(getpid())},
                                        room.access()));
  if (!ran.exit.succeeded()) Fail("a program does not run in it: " + Describe(ran.exit));
  if (!ran.output.empty()) Fail("a program in it " + ran.output.substr(0, ran.output.find('\n')));
  if (!fs::exists(room.output() / "output")) Fail("what a program writes in it does not come out");
}

void TryProcesses(const sandbox::Sandbox& sandbox, const Room& room) {
  const Ended ran = Run(sandbox.Confine({"/bin/sh", "-c", "(echo second)"}, room.access()));
  if (!ran.output.empty()) Fail("a program in it starts other processes");
}

// A listener knows best whether somebody came.
void TryNetwork(const sandbox::Sandbox& sandbox, const Room& room, const ArgumentRules& rules) {
  asio::io_context context;
  asio::ip::tcp::acceptor listener(context, {asio::ip::address_v4::loopback(), 0});
  const std::string url =
      "tcp://127.0.0.1:" + std::to_string(listener.local_endpoint().port()) + "?timeout=1000000";
  Run(sandbox.Confine({rules.ffprobe, "-v", "error", url}, room.access()));
  listener.non_blocking(true);
  boost::system::error_code error;
  asio::ip::tcp::socket socket(context);
  listener.accept(socket, error);
  if (!error) Fail("a program in it reaches the network");
}

void TryPrograms(const sandbox::Sandbox& sandbox, const Room& room, const ArgumentRules& rules) {
  for (const std::string& program : {rules.ffmpeg, rules.ffprobe}) {
    const Ended ran = Run(sandbox.Confine({program, "-v", "error", "-version"}, room.access()));
    if (!ran.exit.succeeded()) Fail(program + " does not run in it: " + Describe(ran.exit));
  }
}

template <class Kind>
std::unique_ptr<sandbox::Sandbox> Open() {
  return std::make_unique<Kind>();
}

struct Candidate {
  SandboxMode mode;
  const char* name;
  std::unique_ptr<sandbox::Sandbox> (*open)();
};

// The stronger first.
constexpr Candidate kCandidates[] = {{SandboxMode::kBubblewrap, "bubblewrap", Open<sandbox::Bubblewrap>},
                                     {SandboxMode::kLandlock, "landlock", Open<sandbox::Landlock>}};

}  // namespace

SandboxMode ParseSandboxMode(std::string_view word) {
  for (const Candidate& candidate : kCandidates) {
    if (word == candidate.name) return candidate.mode;
  }
  return word == "off" ? SandboxMode::kOff : SandboxMode::kAuto;
}

void TrySandbox(const sandbox::Sandbox& sandbox, const fs::path& folder, const ArgumentRules& rules) {
  const Room room(folder);
  TryFiles(sandbox, room);
  TryProcesses(sandbox, room);
  TryNetwork(sandbox, room, rules);
  TryPrograms(sandbox, room, rules);
}

std::unique_ptr<sandbox::Sandbox> ChooseSandbox(SandboxMode mode, const fs::path& folder,
                                                const ArgumentRules& rules) {
  if (mode == SandboxMode::kOff) {
    log::Warning("FFmpeg runs without a sandbox: a hostile file may reach whatever this service does");
    return std::make_unique<sandbox::Unconfined>();
  }
  std::string reasons;
  for (const Candidate& candidate : kCandidates) {
    if (mode != SandboxMode::kAuto && mode != candidate.mode) continue;
    try {
      std::unique_ptr<sandbox::Sandbox> sandbox = candidate.open();
      TrySandbox(*sandbox, folder, rules);
      log::Info("sandbox", {{"kind", sandbox->name()}});
      return sandbox;
    } catch (const Error& error) {
      log::Info("sandbox does not work here", {{"kind", candidate.name}, {"reason", error.detail()}});
      reasons += std::string(candidate.name) + ": " + error.detail() + " ";
    }
  }
  throw Error(ErrorKind::kUnavailable, "no_sandbox",
              "No sandbox works here, and hostile files are not decoded without one. " + reasons +
                  "DESCANT_SANDBOX=off goes without.");
}

}  // namespace descant::conversion::ffmpeg
