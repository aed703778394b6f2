#include "platform/s3/digest.h"

#include <array>

#include <boost/endian/conversion.hpp>
#include <libdeflate.h>
#include <openssl/evp.h>

#include "platform/s3/signature.h"

namespace descant::s3 {

Digester::Digester(Integrity integrity) {
  if (integrity == Integrity::kSignedHash) hash_.emplace();
}

void Digester::Add(std::string_view bytes) {
  if (hash_) return hash_->Add(bytes);
  crc_ = libdeflate_crc32(crc_, bytes.data(), bytes.size());
}

Digest Digester::Finish() {
  if (hash_) return {.payload_hash = token::HexEncode(hash_->Finish())};
  std::array<unsigned char, 4> bytes{};
  boost::endian::store_big_u32(bytes.data(), crc_);
  return {.payload_hash = std::string(kUnsignedPayload),
          .crc32 = Base64Encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()})};
}

Digest DigestOf(std::string_view body, Integrity integrity) {
  Digester digester(integrity);
  digester.Add(body);
  return digester.Finish();
}

std::string Base64Encode(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return text;
}

}  // namespace descant::s3
