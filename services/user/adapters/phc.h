// Argon2id hashes as text, in the PHC string format: $argon2id$v=19$m=12288,t=3,p=1$<salt>$<hash>
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace descant::user::adapters {

// RFC 9106. The defaults are one of the settings that OWASP's password storage cheat sheet holds to be equal.
struct Argon2Settings {
  std::uint32_t memory_kib = 12 * 1024;
  std::uint32_t iterations = 3;
  std::uint32_t lanes = 1;
  bool operator==(const Argon2Settings&) const = default;
};

struct Argon2Hash {
  Argon2Settings settings;
  std::string salt;  // bytes
  std::string hash;  // bytes
};

std::string ToPhc(const Argon2Hash& hash);
// Nothing when the text is no such hash, or one of another version of Argon2 than 1.3.
std::optional<Argon2Hash> ParsePhc(std::string_view text);

}  // namespace descant::user::adapters
