// One bucket of an S3-compatible service. Requests that fail for a moment (connections, 429, 5xx) are tried
// again with growing, random pauses; each attempt has its deadline.
//
// Every function may be called from any core and resumes on the caller's. They throw Error: kNotFound
// `object_not_found` or `upload_not_found`, kUnavailable `storage_unavailable` for everything else that S3
// refuses (the reason is in the log), and what transfers throw.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/time.h"
#include "platform/runtime/awaitable.h"
#include "platform/s3/credentials.h"
#include "platform/s3/digest.h"
#include "platform/transfer/transfer.h"

namespace descant::s3 {

enum class Addressing { kPath, kVirtualHost };  // https://host/bucket/key, https://bucket.host/key

struct BucketSettings {
  std::string endpoint;         // https://s3.eu-central-1.amazonaws.com
  std::string public_endpoint;  // as clients reach it; empty: the same
  std::string region;
  std::string bucket;
  Addressing addressing = Addressing::kVirtualHost;
  bool checksums = true;  // over TLS bodies go with a checksum; else, and without TLS, with a signed hash
  int attempts = 5;
  std::chrono::milliseconds first_pause{100};  // between attempts: up to this, then twice as long ...
};

struct Attributes {
  std::string content_type;
  std::string cache_control;
};

struct Found {
  std::int64_t size = 0;
  TimePoint modified_at;
  std::string etag;
};

struct Part {
  int number = 0;  // from 1
  std::int64_t size = 0;
  std::string etag;
  std::string crc32;  // empty, unless PutPart sent it and the service kept it
};

// Who sends an upload's parts.
enum class PartSender { kPutPart, kHoldersOfUrls };

struct Unfinished {
  std::string key;
  std::string upload_id;
  TimePoint begun_at;
};

class Client {
 public:
  // Both have to outlive it.
  Client(BucketSettings settings, transfer::Transfers& transfers, CredentialKeeper& credentials);

  awaitable<std::optional<Found>> Head(std::string key);
  // The whole object in order, and each byte once: after a cut it goes on where it was, as long as the object
  // is the same. Nothing goes to the sink before S3 has the object, and no more than it has.
  awaitable<Found> Get(std::string key, transfer::Sink sink);
  // A small one, of at most `most` bytes. Throws Error kTooLarge `object_too_large` above.
  awaitable<std::string> Read(std::string key, std::size_t most);
  // What the digests of bodies that Put and PutPart send have to be made by. S3 refuses any other body.
  Integrity integrity() const;
  awaitable<void> Put(std::string key, transfer::Source body, Digest digest, Attributes attributes);
  awaitable<void> Delete(std::vector<std::string> keys);
  awaitable<std::vector<std::string>> List(std::string prefix);

  awaitable<std::string> BeginParts(std::string key, Attributes attributes,
                                    PartSender sender);  // the upload's id
  awaitable<Part> PutPart(std::string key, std::string upload_id, int number, transfer::Source body,
                          Digest digest);
  awaitable<std::vector<Part>> ListParts(std::string key, std::string upload_id);
  awaitable<void> FinishParts(std::string key, std::string upload_id, std::vector<Part> parts);
  awaitable<void> AbortParts(std::string key, std::string upload_id);  // an absent one is fine
  awaitable<std::vector<Unfinished>> ListUnfinished(std::string prefix);

  struct Presigned {
    std::string url;
    TimePoint expires_at;  // no later than the credentials'
  };
  // Needs no network. The client has to send the headers as they are.
  Presigned Presign(std::string method, std::string_view key, Pairs query, Pairs headers,
                    std::chrono::seconds lifetime) const;

 private:
  struct Call;
  awaitable<transfer::Response> Send(Call call);
  transfer::Request Attempt(const Call& call) const;

  struct Address {
    std::string scheme;  // with ://
    std::string host;
    std::string path;  // before the key, with a slash at its end
  };
  static Address AddressOf(const BucketSettings& settings, std::string_view endpoint);

  BucketSettings settings_;
  Address address_;
  Address public_address_;
  transfer::Transfers& transfers_;
  CredentialKeeper& credentials_;
};

}  // namespace descant::s3
