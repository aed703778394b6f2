#include "services/user/adapters/argon2_hasher.h"

#include <cstdint>
#include <optional>
#include <stdexcept>

#include <argon2.h>
#include <sys/mman.h>

#include "platform/base/error.h"
#include "platform/token/crypto.h"

namespace descant::user::adapters {

namespace {

constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kHashSize = 32;
constexpr std::size_t kHugePage = 2 * 1024 * 1024;

std::size_t InHugePages(std::size_t size) { return (size + kHugePage - 1) / kHugePage * kHugePage; }

// A hash's memory comes from the system and goes back to it, so that logins leave no trace in how large the
// process is. On huge pages, since 12 MiB of small ones take longer to get than the hash takes. Without huge
// pages it works too.
int TakeMemory(std::uint8_t** memory, std::size_t size) {
  const std::size_t wanted = InHugePages(size);
  void* const mapped =
      mmap(nullptr, wanted + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return ARGON2_MEMORY_ALLOCATION_ERROR;
  auto* const begin = static_cast<std::uint8_t*>(mapped);
  const std::size_t before =
      InHugePages(reinterpret_cast<std::uintptr_t>(begin)) - reinterpret_cast<std::uintptr_t>(begin);
  if (before > 0) munmap(begin, before);
  if (before < kHugePage) munmap(begin + before + wanted, kHugePage - before);
  *memory = begin + before;
  madvise(*memory, size, MADV_HUGEPAGE);
  madvise(*memory, size, MADV_POPULATE_WRITE);
  return ARGON2_OK;
}

void GiveMemory(std::uint8_t* memory, std::size_t size) { munmap(memory, InHugePages(size)); }

std::uint8_t* Bytes(std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); }

// The hash of `size` bytes; overwrites the password.
std::string Compute(const Argon2Settings& settings, std::string& password, std::string salt,
                    std::size_t size) {
  std::string hash(size, '\0');
  argon2_context context{};
  context.out = Bytes(hash);
  context.outlen = static_cast<std::uint32_t>(size);
  context.pwd = Bytes(password);
  context.pwdlen = static_cast<std::uint32_t>(password.size());
  context.salt = Bytes(salt);
  context.saltlen = static_cast<std::uint32_t>(salt.size());
  context.t_cost = settings.iterations;
  context.m_cost = settings.memory_kib;
  context.lanes = settings.lanes;
  context.threads = 1;
  context.version = ARGON2_VERSION_13;
  context.allocate_cbk = TakeMemory;
  context.free_cbk = GiveMemory;
  context.flags = ARGON2_FLAG_CLEAR_PASSWORD;
  const int code = argon2_ctx(&context, Argon2_id);
  if (code == ARGON2_MEMORY_ALLOCATION_ERROR) {
    throw Error(ErrorKind::kUnavailable, "overloaded", "Too much is going on; try again in a moment.")
        .RetryAfter(std::chrono::seconds(1));
  }
  if (code != ARGON2_OK) throw std::runtime_error(std::string("argon2: ") + argon2_error_message(code));
  return hash;
}

std::string HashNow(const Argon2Settings& settings, std::string password) {
  std::string salt = token::RandomBytes(kSaltSize);
  std::string hash = Compute(settings, password, salt, kHashSize);
  return ToPhc({.settings = settings, .salt = std::move(salt), .hash = std::move(hash)});
}

bool VerifyNow(std::string password, const std::string& text) {
  const std::optional<Argon2Hash> known = ParsePhc(text);
  if (!known) throw std::runtime_error("a stored password hash is no Argon2id hash");
  return token::EqualInConstantTime(Compute(known->settings, password, known->salt, known->hash.size()),
                                    known->hash);
}

}  // namespace

Argon2Hasher::Argon2Hasher(Argon2Settings settings, runtime::BlockingPool& pool)
    : settings_(settings), pool_(pool), decoy_(HashNow(settings, token::RandomBytes(kHashSize))) {}

awaitable<std::string> Argon2Hasher::Hash(std::string password) {
  auto work = [settings = settings_, password = std::move(password)]() mutable {
    return HashNow(settings, std::move(password));
  };
  co_return co_await pool_.Run(std::move(work));
}

awaitable<bool> Argon2Hasher::Verify(std::string password, std::string hash) {
  auto work = [password = std::move(password), hash = std::move(hash)]() mutable {
    return VerifyNow(std::move(password), hash);
  };
  co_return co_await pool_.Run(std::move(work));
}

bool Argon2Hasher::IsOutdated(const std::string& hash) const {
  const std::optional<Argon2Hash> known = ParsePhc(hash);
  return !known || known->settings != settings_;
}

}  // namespace descant::user::adapters
