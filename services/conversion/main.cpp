// The conversion service: reads its settings, wires one graph of objects for each core, and serves gRPC until
// it is asked to end.
#include <algorithm>
#include <deque>
#include <exception>
#include <fstream>
#include <iterator>
#include <string_view>
#include <thread>
#include <vector>

#include <unistd.h>

#include "platform/config/reader.h"
#include "platform/log/log.h"
#include "platform/rpc/client.h"
#include "platform/rpc/server.h"
#include "platform/runtime/blocking.h"
#include "platform/runtime/runtime.h"
#include "platform/storage/open.h"
#include "services/conversion/adapters/ffmpeg/ffmpeg_transcoder.h"
#include "services/conversion/adapters/ffmpeg/sandbox_choice.h"
#include "services/conversion/adapters/profile_file.h"
#include "services/conversion/adapters/scratch_directory.h"
#include "services/conversion/app/chunk_conversion.h"
#include "services/conversion/app/conversion.h"
#include "services/conversion/app/job_slots.h"
#include "services/conversion/app/source_shelf.h"
#include "services/conversion/grpc/conversion_rpc.h"
#include "services/conversion/grpc/peers.h"

namespace descant::conversion {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kFileThreads = 4;
constexpr std::size_t kFileQueue = 1024;
constexpr auto kSourceKept = 1min;  // since a chunk of it was made

struct Settings {
  std::string grpc_listen;
  std::string internal_secret;
  storage::Settings storage;
  std::string scratch_directory;
  Profile profile;
  Limits limits;
  ffmpeg::TranscoderSettings transcoder;
  ffmpeg::SandboxMode sandbox = ffmpeg::SandboxMode::kAuto;
  int jobs = 0;
  std::vector<std::string> workers;
  std::size_t threads = 0;
  std::chrono::milliseconds shutdown_grace{};
  std::string log_level;
};

Profile ReadProfile(config::Reader& reader) {
  constexpr const char* kName = "DESCANT_PROFILE_FILE";
  const std::string file =
      reader.Optional(kName, "what renditions are made, as JSON; empty: the built-in profile", "");
  try {
    if (file.empty()) return adapters::ParseProfile(adapters::DefaultProfile());
    std::ifstream in(file, std::ios::binary);
    if (!in) throw Error(ErrorKind::kInvalidArgument, "invalid_profile", "cannot be read");
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return adapters::ParseProfile(text);
  } catch (const Error& error) {
    reader.Reject(kName, error.detail());
  }
  return {};
}

Limits ReadLimits(config::Reader& reader) {
  Limits limits;
  limits.max_bytes = reader.Bytes("DESCANT_MAX_SOURCE", "largest file that is converted", limits.max_bytes);
  limits.max_duration =
      reader.Seconds("DESCANT_MAX_DURATION", "longest file that is converted", limits.max_duration);
  limits.max_pixels = reader.Integer("DESCANT_MAX_PIXELS", "most pixels of one picture", limits.max_pixels, 1,
                                     std::int64_t{1} << 30);
  limits.max_streams = static_cast<int>(
      reader.Integer("DESCANT_MAX_STREAMS", "most streams in one file", limits.max_streams, 1, 1000));
  return limits;
}

std::string ReadProgram(config::Reader& reader, std::string_view name, std::string_view help,
                        const std::string& fallback) {
  const std::string path = reader.Optional(name, help, fallback);
  if (!path.starts_with('/') || access(path.c_str(), X_OK) != 0) {
    reader.Reject(name, path + " is no program that can be run");
  }
  return path;
}

ffmpeg::TranscoderSettings ReadTranscoder(config::Reader& reader, const Limits& limits) {
  ffmpeg::TranscoderSettings settings;
  settings.arguments.ffmpeg =
      ReadProgram(reader, "DESCANT_FFMPEG", "absolute path of FFmpeg", settings.arguments.ffmpeg);
  settings.arguments.ffprobe =
      ReadProgram(reader, "DESCANT_FFPROBE", "absolute path of ffprobe", settings.arguments.ffprobe);
  settings.arguments.max_pixels = limits.max_pixels;
  settings.arguments.threads = static_cast<int>(reader.Integer(
      "DESCANT_FFMPEG_THREADS", "threads of each codec; 0: the cores, shared by the jobs", 0, 0, 64));
  settings.encode_deadline = reader.Seconds("DESCANT_FFMPEG_TIME", "longest that one run of FFmpeg may take",
                                            settings.encode_deadline);
  settings.encode_limits.cpu_time = reader.Seconds(
      "DESCANT_FFMPEG_CPU_TIME", "most processor time of one run of FFmpeg", std::chrono::hours(24));
  settings.encode_limits.memory_bytes = reader.Bytes(
      "DESCANT_FFMPEG_MEMORY", "address space of one run of FFmpeg", settings.encode_limits.memory_bytes);
  settings.encode_limits.file_bytes = reader.Bytes(
      "DESCANT_MAX_SEGMENT", "largest file that FFmpeg may write", settings.encode_limits.file_bytes);
  settings.max_output =
      reader.Bytes("DESCANT_MAX_OUTPUT", "most that one run of FFmpeg may write in all", settings.max_output);
  settings.scratch_reserve =
      reader.Bytes("DESCANT_SCRATCH_RESERVE", "what has to stay free where the scratch space is",
                   settings.scratch_reserve);
  return settings;
}

std::vector<std::string> ReadWorkers(config::Reader& reader) {
  constexpr const char* kName = "DESCANT_CONVERSION_WORKERS";
  const std::string text = reader.Optional(
      kName,
      "where conversion workers are that take part in long videos, this one may be among them: unix:/path or "
      "host:port, divided by commas, each address of a name being one; empty: none",
      "");
  try {
    return grpc_api::ParseTargets(text);
  } catch (const Error& error) {
    reader.Reject(kName, error.detail());
  }
  return {};
}

Settings Read(config::Reader& reader) {
  Settings settings;
  settings.grpc_listen =
      reader.Required("DESCANT_GRPC_LISTEN", "where gRPC is served: unix:/path or address:port");
  settings.internal_secret =
      reader.Secret("DESCANT_INTERNAL_SECRET", "what the services show each other", 32);
  settings.storage = storage::ReadSettings(reader, storage::Signs::kNothing);
  settings.scratch_directory =
      reader.Required("DESCANT_SCRATCH_DIRECTORY", "for the files of running jobs; this process's alone");
  settings.profile = ReadProfile(reader);
  settings.limits = ReadLimits(reader);
  settings.transcoder = ReadTranscoder(reader, settings.limits);
  settings.sandbox = ffmpeg::ParseSandboxMode(
      reader.OneOf("DESCANT_SANDBOX", "what FFmpeg is held in; auto: the strongest that works here",
                   {"auto", "bubblewrap", "landlock", "off"}));
  settings.jobs = static_cast<int>(
      reader.Integer("DESCANT_CONVERSION_JOBS",
                     "jobs at a time, beside one of sound; 0: half as many as there are cores", 0, 0, 1000));
  settings.workers = ReadWorkers(reader);
  settings.threads = static_cast<std::size_t>(
      reader.Integer("DESCANT_THREADS", "event loops; 0: one for each core", 0, 0, 256));
  settings.shutdown_grace = reader.Duration("DESCANT_SHUTDOWN_GRACE", "how long calls may take to end", 10s);
  settings.log_level =
      reader.OneOf("DESCANT_LOG_LEVEL", "what is logged", {"info", "debug", "warning", "error"});
  return settings;
}

// What was left to this machine to decide.
void Resolve(Settings& settings) {
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  if (settings.jobs == 0) settings.jobs = std::max(1, cores / 2);
  int& threads = settings.transcoder.arguments.threads;
  if (threads == 0) threads = std::max(1, cores / settings.jobs);
}

void Serve(const Settings& settings) {
  app::JobSlots slots(settings.jobs);  // outlives the calls that are cut off with the loops
  runtime::Runtime runtime(settings.threads);
  runtime::BlockingPool files("files", kFileThreads, kFileQueue);
  const std::unique_ptr<storage::Storage> storage = storage::Open(settings.storage, files);
  adapters::ScratchDirectory scratch(settings.scratch_directory, settings.transcoder.scratch_reserve, files);
  const std::unique_ptr<sandbox::Sandbox> sandbox = ffmpeg::ChooseSandbox(
      settings.sandbox, std::filesystem::absolute(settings.scratch_directory), settings.transcoder.arguments);
  ffmpeg::FfmpegTranscoder transcoder(settings.transcoder, *sandbox, files);

  app::SourceShelf shelf(scratch, static_cast<std::size_t>(settings.jobs), kSourceKept);
  grpc_api::GrpcPeers peers(settings.workers, settings.internal_secret);
  app::Peers* const others = settings.workers.empty() ? nullptr : &peers;
  std::deque<app::Conversion> jobs;
  std::deque<app::ChunkConversion> chunks;
  std::vector<grpc_api::Core> cores;
  for (std::size_t i = 0; i < runtime.cores(); ++i) {
    app::Conversion& job =
        jobs.emplace_back(*storage, transcoder, scratch, settings.profile, settings.limits, others);
    cores.push_back({&job, &chunks.emplace_back(*storage, transcoder, scratch, shelf, settings.limits)});
  }

  rpc::Server server(runtime, {.listen = settings.grpc_listen, .internal_secret = settings.internal_secret});
  grpc_api::ServeConversion(server, std::move(cores), slots);
  server.Start();
  log::Info("serving", {{"grpc", settings.grpc_listen},
                        {"cores", runtime.cores()},
                        {"jobs", settings.jobs},
                        {"codec_threads", settings.transcoder.arguments.threads}});
  runtime.OnShutdown("rpc", [&server] { return server.Drain(); });
  runtime.Run(settings.shutdown_grace);
}

// Asks the service that runs with these settings whether it serves.
int CheckHealth(const Settings& settings) {
  const rpc::Channel channel({.target = settings.grpc_listen, .internal_secret = settings.internal_secret});
  asio::io_context context;
  bool healthy = false;
  asio::co_spawn(
      context, [&]() -> awaitable<void> { healthy = co_await channel.Healthy({}, 2s); },
      [](std::exception_ptr) {});
  context.run();
  return healthy ? 0 : 1;
}

int Main(int argc, const char* const* argv) {
  config::Reader reader("descant-conversion", config::ProcessEnvironment());
  Settings settings = Read(reader);
  const bool health = argc == 2 && std::string_view(argv[1]) == "--health";
  if (const auto code = reader.Finish(health ? 1 : argc, argv)) return *code;
  log::Start("conversion", log::ParseLevel(settings.log_level));
  try {
    if (health) return CheckHealth(settings);
    Resolve(settings);
    Serve(settings);
    return 0;
  } catch (const std::exception&) {
    log::Error("cannot serve", {{"error", Describe(std::current_exception())}});
    return 1;
  }
}

}  // namespace
}  // namespace descant::conversion

int main(int argc, char** argv) { return descant::conversion::Main(argc, argv); }
