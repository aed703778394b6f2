// Where the keys that sign come from: given, or temporary ones from the machine's own service, renewed before
// they end.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "platform/s3/signature.h"
#include "platform/transfer/transfer.h"

namespace descant::s3 {

// By the names that AWS's own tools use; the first that is complete counts, in this order.
struct CredentialSettings {
  std::string access_key;     // AWS_ACCESS_KEY_ID
  std::string secret_key;     // AWS_SECRET_ACCESS_KEY
  std::string session_token;  // AWS_SESSION_TOKEN

  std::string web_identity_token_file;  // AWS_WEB_IDENTITY_TOKEN_FILE
  std::string role_arn;                 // AWS_ROLE_ARN
  std::string role_session_name;        // AWS_ROLE_SESSION_NAME
  std::string sts_endpoint;             // AWS_ENDPOINT_URL_STS, else the region's

  std::string container_uri;    // AWS_CONTAINER_CREDENTIALS_RELATIVE_URI as a whole address, or ..._FULL_URI
  std::string container_token;  // AWS_CONTAINER_AUTHORIZATION_TOKEN
  std::string container_token_file;  // AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE

  std::string metadata_endpoint;  // of IMDSv2; empty: not asked
};

// Asks once, whatever is set: blocks. Throws Error kUnavailable `credentials_unavailable`.
Credentials FetchCredentials(const CredentialSettings& settings, transfer::Transfers& transfers);

// Whether an address may be asked for container credentials: HTTPS, or a host that is this machine's (as
// AWS's own tools have it).
bool IsCredentialAddress(std::string_view url);

// Keeps credentials that are good. Those that end are renewed by a thread of its own, well before.
class CredentialKeeper {
 public:
  // Asks for the first ones, and blocks meanwhile. When that fails it goes on trying.
  CredentialKeeper(CredentialSettings settings, transfer::Transfers& transfers);
  ~CredentialKeeper();

  // Thread-safe, needs no network. Throws Error kUnavailable `storage_unavailable` while there are none.
  std::shared_ptr<const Credentials> Current() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace descant::s3
