#include "platform/s3/credentials.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <fstream>
#include <iterator>
#include <mutex>
#include <random>
#include <thread>

#include <boost/json.hpp>

#include "platform/base/error.h"
#include "platform/base/percent.h"
#include "platform/log/log.h"
#include "platform/s3/xml.h"

namespace descant::s3 {

namespace {

using namespace std::chrono_literals;

constexpr auto kDeadline = 5s;       // of one request
constexpr auto kRenewBefore = 5min;  // the end
constexpr auto kRetryAfter = 2s;
constexpr auto kLongestRetry = 60s;

[[noreturn]] void Unavailable(const std::string& detail) {
  throw Error(ErrorKind::kUnavailable, "credentials_unavailable", detail);
}

std::string ReadToken(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.empty()) Unavailable("There is no token in " + file + ".");
  return text;
}

transfer::Response Ask(transfer::Transfers& transfers, transfer::Request request, const std::string& whom) {
  request.deadline = kDeadline;
  const transfer::Response response = transfers.RunHere(std::move(request));
  if (response.status != 200) {
    Unavailable(whom + " answers " + std::to_string(response.status) + " when asked for credentials.");
  }
  return response;
}

std::string Text(const boost::json::object& object, const char* name) {
  const boost::json::value* value = object.if_contains(name);
  const boost::json::string* text = value ? value->if_string() : nullptr;
  return text ? std::string(*text) : "";
}

Credentials Complete(Credentials credentials, const std::string& expiration, const std::string& whom) {
  credentials.expires_at = ParseRfc3339(expiration);
  if (credentials.access_key.empty() || credentials.secret_key.empty() || !credentials.expires_at) {
    Unavailable("What " + whom + " answers has no credentials.");
  }
  return credentials;
}

// What the container and the instance services answer.
Credentials FromJson(const std::string& body, const std::string& whom) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(body, error);
  const boost::json::object* object = error ? nullptr : value.if_object();
  if (!object) Unavailable("What " + whom + " answers is no JSON.");
  return Complete({.access_key = Text(*object, "AccessKeyId"),
                   .secret_key = Text(*object, "SecretAccessKey"),
                   .session_token = Text(*object, "Token")},
                  Text(*object, "Expiration"), whom);
}

Credentials FromContainer(const CredentialSettings& settings, transfer::Transfers& transfers) {
  if (!IsCredentialAddress(settings.container_uri)) {
    Unavailable("Container credentials come by HTTPS or from this machine only.");
  }
  transfer::Request request{.url = settings.container_uri, .proxy = transfer::Proxy::kNone};
  const std::string token = settings.container_token_file.empty() ? settings.container_token
                                                                  : ReadToken(settings.container_token_file);
  if (!token.empty()) request.headers = {{"Authorization", token}};
  return FromJson(Ask(transfers, std::move(request), "The container service").body, "the container service");
}

// IMDSv2: a session token first, then the name of the role, then its credentials.
Credentials FromInstance(const CredentialSettings& settings, transfer::Transfers& transfers) {
  const std::string whom = "The instance metadata service";
  const std::string token = Ask(transfers,
                                {.method = "PUT",
                                 .url = settings.metadata_endpoint + "/latest/api/token",
                                 .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "300"}},
                                 .proxy = transfer::Proxy::kNone},
                                whom)
                                .body;
  const auto get = [&](const std::string& path) {
    return Ask(transfers,
               {.url = settings.metadata_endpoint + path,
                .headers = {{"X-aws-ec2-metadata-token", token}},
                .proxy = transfer::Proxy::kNone},
               whom)
        .body;
  };
  const std::string roles = "/latest/meta-data/iam/security-credentials/";
  const std::string role = get(roles);
  return FromJson(get(roles + PercentEncode(role.substr(0, role.find('\n')))), whom);
}

// AssumeRoleWithWebIdentity, which needs no signature.
Credentials FromWebIdentity(const CredentialSettings& settings, transfer::Transfers& transfers) {
  const std::string whom = "The token service";
  const std::string session = settings.role_session_name.empty() ? "descant" : settings.role_session_name;
  const std::string form =
      CanonicalQuery({{"Action", "AssumeRoleWithWebIdentity"},
                      {"Version", "2011-06-15"},
                      {"RoleArn", settings.role_arn},
                      {"RoleSessionName", session},
                      {"WebIdentityToken", ReadToken(settings.web_identity_token_file)}});
  const transfer::Response response = Ask(transfers,
                                          {.method = "POST",
                                           .url = settings.sts_endpoint + "/",
                                           .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                                           .body = transfer::FromBytes(form)},
                                          whom);
  const auto root = ParseXml(response.body);
  const Element* result = root ? root->Child("AssumeRoleWithWebIdentityResult") : nullptr;
  const Element* found = result ? result->Child("Credentials") : nullptr;
  if (!found) Unavailable("What " + whom + " answers has no credentials.");
  return Complete({.access_key = found->Text("AccessKeyId"),
                   .secret_key = found->Text("SecretAccessKey"),
                   .session_token = found->Text("SessionToken")},
                  found->Text("Expiration"), whom);
}

}  // namespace

bool IsCredentialAddress(std::string_view url) {
  if (url.starts_with("https://")) return true;
  constexpr std::string_view kHttp = "http://";
  if (!url.starts_with(kHttp)) return false;
  const std::string_view authority =
      url.substr(kHttp.size(), url.find_first_of("/?#", kHttp.size()) - kHttp.size());
  if (authority.find('@') != std::string_view::npos) return false;
  const std::string_view host = authority.substr(0, authority.rfind(':'));
  constexpr std::string_view kHere[] = {"localhost",     "127.0.0.1",      "[::1]",
                                        "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};
  return std::ranges::any_of(kHere, [&](std::string_view here) { return host == here || authority == here; });
}

Credentials FetchCredentials(const CredentialSettings& settings, transfer::Transfers& transfers) {
  if (!settings.access_key.empty() && !settings.secret_key.empty()) {
    return {.access_key = settings.access_key,
            .secret_key = settings.secret_key,
            .session_token = settings.session_token};
  }
  if (!settings.web_identity_token_file.empty() && !settings.role_arn.empty()) {
    return FromWebIdentity(settings, transfers);
  }
  if (!settings.container_uri.empty()) return FromContainer(settings, transfers);
  if (!settings.metadata_endpoint.empty()) return FromInstance(settings, transfers);
  Unavailable("No credentials for object storage are set.");
}

struct CredentialKeeper::State {
  CredentialSettings settings;
  transfer::Transfers& transfers;
  std::atomic<std::shared_ptr<const Credentials>> current;
  std::mutex mutex;
  std::condition_variable ended;
  bool ending = false;
  std::thread thread;

  State(CredentialSettings given, transfer::Transfers& by) : settings(std::move(given)), transfers(by) {}

  bool Fetch() {
    try {
      current = std::make_shared<const Credentials>(FetchCredentials(settings, transfers));
      return true;
    } catch (const std::exception& error) {
      log::Warning("no new credentials for object storage", {{"error", error.what()}});
      return false;
    }
  }

  // When to ask again: well before the end, and soon after a failure, not all processes at the same moment.
  std::chrono::milliseconds Delay(std::chrono::seconds retry) const {
    static thread_local std::mt19937 random{std::random_device{}()};
    std::uniform_real_distribution<> spread(0.5, 1.0);
    if (retry > 0s)
      return std::chrono::milliseconds(static_cast<std::int64_t>(1000 * spread(random)) * retry.count());
    const auto left = *current.load()->expires_at - Now();
    const auto wait = left > 2 * kRenewBefore ? left - kRenewBefore : left / 2;
    return std::max<std::chrono::milliseconds>(1s, std::chrono::floor<std::chrono::milliseconds>(wait));
  }

  void Work() {
    std::chrono::seconds retry = current.load() ? 0s : kRetryAfter;
    std::unique_lock lock(mutex);
    while (!ended.wait_for(lock, Delay(retry), [this] { return ending; })) {
      lock.unlock();
      retry = Fetch() ? 0s : std::clamp<std::chrono::seconds>(retry * 2, kRetryAfter, kLongestRetry);
      lock.lock();
    }
  }
};

CredentialKeeper::CredentialKeeper(CredentialSettings settings, transfer::Transfers& transfers)
    : state_(std::make_unique<State>(std::move(settings), transfers)) {
  state_->Fetch();
  const auto current = state_->current.load();
  if (current && !current->expires_at) return;  // for ever
  state_->thread = std::thread([state = state_.get()] { state->Work(); });
}

CredentialKeeper::~CredentialKeeper() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
  }
  state_->ended.notify_all();
  if (state_->thread.joinable()) state_->thread.join();
}

std::shared_ptr<const Credentials> CredentialKeeper::Current() const {
  auto current = state_->current.load();
  if (!current || (current->expires_at && *current->expires_at <= Now())) {
    throw Error(ErrorKind::kUnavailable, "storage_unavailable",
                "There are no credentials for object storage.");
  }
  return current;
}

}  // namespace descant::s3
