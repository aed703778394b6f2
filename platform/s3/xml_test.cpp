#include "platform/s3/xml.h"

#include <gmock/gmock.h>

namespace descant::s3 {
namespace {

TEST(XmlTest, ReadsElementsAndText) {
  const auto root = ParseXml(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
      "xmlns=\"http://s3.amazonaws.com/doc/\">\n"
      "  <Name>bucket</Name><Prefix/>\n  <Contents><Key>a&amp;b &#252;&#x1F3B5;</Key></Contents>"
      "<Contents ><Key>c</Key></Contents ></ListBucketResult>\n");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->name, "ListBucketResult");
  EXPECT_EQ(root->text, "");
  EXPECT_EQ(root->Text("Name"), "bucket");
  EXPECT_EQ(root->Text("Prefix"), "");
  EXPECT_EQ(root->Text("Absent"), "");
  ASSERT_EQ(root->Children("Contents").size(), 2);
  EXPECT_EQ(root->Children("Contents")[0]->Text("Key"), "a&b ü🎵");
  EXPECT_EQ(ParseXml("<s3:Error><s3:Code>SlowDown</s3:Code></s3:Error>")->Text("Code"), "SlowDown");
}

TEST(XmlTest, RefusesWhatIsNoSuchXml) {
  for (const char* text :
       {"", "  ", "text", "<a>", "<a></b>", "<a><b></a></b>", "<a/><b/>", "<a>&unknown;</a>", "<a>&#xZZ;</a>",
        "<a>&#1114112;</a>", "<a>&</a>", "<!DOCTYPE html><html></html>", "<a><!-- c --></a>", "<>x</>", "<a",
        "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "</a>",
        "<html><body><p>Unauthorized<br></body></html>"}) {
    EXPECT_FALSE(ParseXml(text)) << text;
  }
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  for (int i = 0; i < 100; ++i) deep += "</a>";
  EXPECT_FALSE(ParseXml(deep));
}

TEST(XmlTest, EscapesText) {
  const std::string text = "a<b>&\"c'\r";
  EXPECT_EQ(ParseXml("<k>" + EscapeXml(text) + "</k>")->text, text);
}

}  // namespace
}  // namespace descant::s3
