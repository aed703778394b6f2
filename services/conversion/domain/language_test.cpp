#include "services/conversion/domain/language.h"

#include <gtest/gtest.h>

namespace descant::conversion {
namespace {

TEST(Language, IsTheShortestCode) {
  EXPECT_EQ(Bcp47("eng"), "en");
  EXPECT_EQ(Bcp47("ger"), "de");
  EXPECT_EQ(Bcp47("deu"), "de");
  EXPECT_EQ(Bcp47("alb"), "sq");
  EXPECT_EQ(Bcp47("zul"), "zu");
}

TEST(Language, StaysWhereItHasNoOther) {
  EXPECT_EQ(Bcp47("gsw"), "gsw");
  EXPECT_EQ(Bcp47("pt-BR"), "pt-BR");
  EXPECT_EQ(Bcp47("en"), "en");
  EXPECT_EQ(Bcp47(""), "");
}

}  // namespace
}  // namespace descant::conversion
