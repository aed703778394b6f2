// What goes with a body so that S3 takes no other ("Checking object integrity", Amazon S3 user guide).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/token/crypto.h"

namespace descant::s3 {

enum class Integrity {
  kSignedHash,  // its SHA-256, which the signature covers
  kChecksum,    // its CRC-32, made and checked in a fraction of the time: for TLS, which keeps attackers out
};

struct Digest {
  std::string payload_hash;  // as signatures have it: SHA-256 in hexadecimal, or kUnsignedPayload
  std::string crc32;         // in Base64; empty: none
};

// Of a body that comes piece by piece.
class Digester {
 public:
  explicit Digester(Integrity integrity);
  void Add(std::string_view bytes);
  Digest Finish();  // once

 private:
  std::optional<token::Sha256Hash> hash_;  // none for a checksum
  std::uint32_t crc_ = 0;
};

Digest DigestOf(std::string_view body, Integrity integrity = Integrity::kSignedHash);

std::string Base64Encode(std::string_view bytes);  // RFC 4648 section 4

}  // namespace descant::s3
