#include "tests/support/servers.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/loopback.h"

namespace descant::tests {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::vector<std::string> Unprivileged(std::vector<std::string> arguments) {
  if (geteuid() != 0) return arguments;
  std::vector<std::string> command{"setpriv",          "--pdeathsig",      "KILL",
                                   "--reuid=postgres", "--regid=postgres", "--clear-groups"};
  std::ranges::move(arguments, std::back_inserter(command));
  return command;
}

void GiveToServer(const fs::path& path) {
  if (geteuid() != 0) return;
  const passwd* user = getpwnam("postgres");
  if (!user || chown(path.c_str(), user->pw_uid, user->pw_gid) != 0)
    throw std::runtime_error("no user postgres");
}

std::string NewestPostgres() {
  std::vector<std::pair<int, std::string>> found;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql")) {
    found.emplace_back(std::atoi(entry.path().filename().c_str()), entry.path() / "bin");
  }
  if (found.empty()) throw std::runtime_error("PostgreSQL is not installed");
  return std::ranges::max(found).second;
}

bool Accepts(const fs::path& path) {
  sockaddr_un address{.sun_family = AF_UNIX};
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool accepted = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return accepted;
}

void WaitFor(const std::string& what, Child& child, const fs::path& log, const std::function<bool()>& ready) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!ready()) {
    if (child.ended() || std::chrono::steady_clock::now() > deadline) {
      std::ifstream in(log);
      throw std::runtime_error(what +
                               " does not start: " + std::string(std::istreambuf_iterator<char>(in), {}));
    }
    std::this_thread::sleep_for(5ms);
  }
}

void RunToEnd(const std::vector<std::string>& arguments, const std::string& log) {
  Child child;
  child.Start(arguments, log);
  child.Wait();
}

}  // namespace

void Child::Start(std::vector<std::string> arguments, const std::string& log_file) {
  arguments = Unprivileged(std::move(arguments));
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const int log = open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const pid_t pid = fork();
  if (pid < 0) throw std::runtime_error("cannot fork");
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setsid();
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  close(log);
  pid_ = pid;
}

void Child::Signal(int signal) const {
  if (pid_ > 0) kill(pid_, signal);
}

void Child::Wait() {
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

bool Child::ended() {
  if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = 0;
  return pid_ == 0;
}

void Child::Kill() {
  if (pid_ <= 0) return;
  Signal(SIGKILL);
  Wait();
}

PostgresServer::PostgresServer() {
  const fs::path data = folder_.path() / "data";
  const std::string log = folder_.path() / "log";
  GiveToServer(folder_.path());
  const std::string bin = NewestPostgres();
  RunToEnd({bin + "/initdb", "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"},
           log);
  Start();
  RunToEnd({bin + "/createdb", "-h", folder_.path(), "-U", "test", "test"}, log);
}

PostgresServer::~PostgresServer() {
  Thaw();
  Crash();
}

std::string PostgresServer::connection() const {
  return "host=" + folder_.path().string() + " user=test dbname=test";
}

void PostgresServer::Start() {
  const fs::path log = folder_.path() / "log";
  const fs::path data = folder_.path() / "data";
  child_.Start({NewestPostgres() + "/postgres", "-D", data, "-k", folder_.path(), "-c", "listen_addresses=",
                "-c", "fsync=off", "-c", "max_connections=100", "-c", "shared_buffers=32MB"},
               log);
  // The file begins with the process and ends with its state. One that a crash has left tells of another
  // process.
  WaitFor("PostgreSQL", child_, log, [&] {
    std::ifstream in(data / "postmaster.pid");
    pid_t pid = 0;
    in >> pid;
    std::string line;
    bool ready = false;
    while (std::getline(in, line)) ready = line.starts_with("ready");
    return ready && pid == child_.pid();
  });
}

void PostgresServer::Stop() {
  child_.Signal(SIGINT);
  child_.Wait();
}

// An immediate shutdown leaves the same as kill -9, without processes that hold on to the data for a moment
// longer.
void PostgresServer::Crash() {
  child_.Signal(SIGQUIT);
  child_.Wait();
}

void PostgresServer::Freeze() { child_.Signal(SIGSTOP); }
void PostgresServer::Thaw() { child_.Signal(SIGCONT); }

RedisServer::RedisServer(std::string password) : password_(std::move(password)) {
  GiveToServer(folder_.path());
  Start();
}

RedisServer::~RedisServer() { Thaw(); }

std::string RedisServer::address() const { return "unix:" + (folder_.path() / "redis.sock").string(); }

void RedisServer::Start() {
  const std::string socket = folder_.path() / "redis.sock";
  child_.Start({"redis-server", "--port", "0", "--unixsocket", socket, "--unixsocketperm", "777", "--save",
                "", "--appendonly", "no", "--dir", folder_.path(), "--requirepass", password_},
               folder_.path() / "log");
  WaitFor("Redis", child_, folder_.path() / "log", [&] { return Accepts(socket); });
}

void RedisServer::Stop() { child_.Kill(); }
void RedisServer::Freeze() { child_.Signal(SIGSTOP); }
void RedisServer::Thaw() { child_.Signal(SIGCONT); }

TlsFront::TlsFront(unsigned short target) : port_(FreePort()) {
  const std::string folder = folder_.path();
  GiveToServer(folder_.path());
  RunToEnd({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
            folder + "/key.pem", "-out", ca_file()},
           folder + "/log");
  std::string temporary;
  for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
    temporary += std::string(kind) + "_temp_path " + folder + "/" + kind + "; ";
  }
  std::ofstream(folder_.path() / "nginx.conf")
      << "daemon off; master_process off; pid " << folder << "/pid; events {} http { access_log off; "
      << temporary
      << "client_max_body_size 0; proxy_request_buffering off; proxy_buffering off; proxy_buffer_size 64k; "
         "proxy_buffers 4 64k; proxy_http_version 1.1; "
         "proxy_set_header Host $http_host; proxy_set_header Connection \"\"; "
         "upstream target { server 127.0.0.1:"
      << target << "; keepalive 8; } server { listen 127.0.0.1:" << port_ << " ssl; ssl_certificate "
      << ca_file() << "; ssl_certificate_key " << folder
      << "/key.pem; location / { proxy_pass http://target; } } }\n";
  child_.Start({"/usr/sbin/nginx", "-e", "stderr", "-c", folder + "/nginx.conf"}, folder + "/log");
  WaitFor("NGINX", child_, folder_.path() / "log", [&] {
    const int connection = ConnectToLoopback(port_);
    if (connection >= 0) close(connection);
    return connection >= 0;
  });
}

}  // namespace descant::tests
