#include "platform/s3/digest.h"

#include <gtest/gtest.h>

#include "platform/s3/signature.h"

namespace descant::s3 {
namespace {

// FIPS 180-2, appendix B.1; the check value of CRC-32/ISO-HDLC, CBF43926 (RFC 1952).
TEST(DigestTest, KnownAnswers) {
  const Digest hash = DigestOf("abc", Integrity::kSignedHash);
  EXPECT_EQ(hash.payload_hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash.crc32, "");
  const Digest checksum = DigestOf("123456789", Integrity::kChecksum);
  EXPECT_EQ(checksum.payload_hash, kUnsignedPayload);
  EXPECT_EQ(checksum.crc32, "y/Q5Jg==");
  EXPECT_EQ(DigestOf("", Integrity::kChecksum).crc32, "AAAAAA==");
}

TEST(DigestTest, PiecesAreAWhole) {
  for (const Integrity integrity : {Integrity::kSignedHash, Integrity::kChecksum}) {
    Digester digester(integrity);
    for (const char* piece : {"1234", "", "56789"}) digester.Add(piece);
    const Digest digest = digester.Finish();
    const Digest whole = DigestOf("123456789", integrity);
    EXPECT_EQ(digest.payload_hash, whole.payload_hash);
    EXPECT_EQ(digest.crc32, whole.crc32);
  }
}

}  // namespace
}  // namespace descant::s3
