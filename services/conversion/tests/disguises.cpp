#include "services/conversion/tests/hostile_files.h"
#include "services/conversion/tests/patched_bytes.h"

namespace descant::conversion::testing {

namespace {

using Text = std::function<std::string(const Bait&)>;

std::string Url(const Bait& bait) { return "http://127.0.0.1:" + std::to_string(bait.port) + "/a.mp4"; }

HostileFile Disguise(const char* name, MediaKind kind, Text text) {
  return {.name = name,
          .kind = kind,
          .make = [text](Studio& studio, const Bait& bait) { return studio.Write("song.mp3", text(bait)); },
          .ends = {FailureCode::kUnsupportedFormat}};
}

HostileFile Picture(const char* name, std::string arguments) {
  return {.name = name,
          .kind = MediaKind::kVideo,
          .make =
              [arguments](Studio& studio, const Bait&) {
                return studio.Make("film.mp4", "-f lavfi -i testsrc2=s=64x64:r=5:d=2 " + arguments);
              },
          .ends = {FailureCode::kUnsupportedFormat}};
}

std::string Hls(const std::string& uri) {
  return "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n" + uri + "\n#EXT-X-ENDLIST\n";
}

std::string HlsWithKey(const std::string& uri, const std::string& key) {
  return "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-KEY:METHOD=AES-128,URI=\"" + key +
         "\"\n#EXT-X-MAP:URI=\"" + key + "\"\n#EXTINF:6,\n" + uri + "\n#EXT-X-ENDLIST\n";
}

std::string Dash(const std::string& uri) {
  return "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" "
         "mediaPresentationDuration=\"PT5S\"><Period><AdaptationSet mimeType=\"video/mp4\"><Representation "
         "id=\"1\" "
         "bandwidth=\"1\"><BaseURL>" +
         uri + "</BaseURL></Representation></AdaptationSet></Period></MPD>";
}

}  // namespace

std::vector<HostileFile> Disguises() {
  using enum MediaKind;
  return {
      Disguise("hls_of_a_file", kVideo, [](const Bait& bait) { return Hls(bait.file.string()); }),
      Disguise("hls_of_a_file_url", kAudio,
               [](const Bait& bait) { return Hls("file://" + bait.file.string()); }),
      Disguise("hls_of_an_address", kVideo, [](const Bait& bait) { return Hls(Url(bait)); }),
      Disguise("hls_of_a_nested_protocol", kVideo,
               [](const Bait& bait) { return Hls("concat:" + bait.file.string() + "|" + Url(bait)); }),
      Disguise("hls_with_key_and_map", kAudio,
               [](const Bait& bait) { return HlsWithKey(bait.file.string(), Url(bait)); }),
      Disguise("hls_master", kVideo,
               [](const Bait& bait) {
                 return "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n" + Url(bait) +
                        "\n#EXT-X-STREAM-INF:BANDWIDTH=2\n" + bait.file.string() + "\n";
               }),
      Disguise("plain_m3u", kAudio,
               [](const Bait& bait) { return bait.file.string() + "\n" + Url(bait) + "\n"; }),
      Disguise("dash_of_a_file", kVideo, [](const Bait& bait) { return Dash(bait.file.string()); }),
      Disguise("dash_of_an_address", kAudio, [](const Bait& bait) { return Dash(Url(bait)); }),
      Disguise("dash_with_an_entity", kVideo,
               [](const Bait& bait) {
                 return "<?xml version=\"1.0\"?><!DOCTYPE MPD [<!ENTITY e SYSTEM \"file://" +
                        bait.file.string() +
                        "\">]><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><Period>&e;</Period></MPD>";
               }),
      Disguise("concat_of_a_file", kVideo,
               [](const Bait& bait) { return "ffconcat version 1.0\nfile '" + bait.file.string() + "'\n"; }),
      Disguise("concat_of_an_address", kAudio,
               [](const Bait& bait) { return "ffconcat version 1.0\nfile '" + Url(bait) + "'\n"; }),
      Disguise("sdp", kVideo,
               [](const Bait& bait) {
                 return "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video " +
                        std::to_string(bait.port) + " RTP/AVP 96\na=rtpmap:96 H264/90000\n";
               }),
      Disguise(
          "svg", kVideo,
          [](const Bait& bait) {
            return "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
                   "width=\"64\" height=\"64\"><image width=\"64\" height=\"64\" xlink:href=\"file://" +
                   bait.file.string() + "\"/><image xlink:href=\"" + Url(bait) + "\"/></svg>";
          }),
      Disguise("smooth_streaming_redirect", kVideo,
               [](const Bait& bait) { return "[Reference]\nRef1=" + Url(bait) + "\n"; }),
      Disguise("asx", kAudio,
               [](const Bait& bait) {
                 return "<asx version=\"3.0\"><entry><ref href=\"" + Url(bait) + "\"/></entry></asx>";
               }),
      Disguise("metadata", kAudio, [](const Bait&) { return std::string(";FFMETADATA1\ntitle=x\n"); }),
      Disguise(
          "subtitles", kVideo,
          [](const Bait&) { return std::string("1\n00:00:00,000 --> 00:00:05,000\nNothing to see.\n"); }),
      Disguise("script", kVideo,
               [](const Bait& bait) { return "#!/bin/sh\ncat " + bait.file.string() + "\n"; }),
      Picture("png_sequence", "-f image2pipe -c:v png"),
      Picture("jpeg_sequence", "-f image2pipe -c:v mjpeg"),
      Picture("bitmap_sequence", "-f image2pipe -c:v bmp"),
      Picture("animated_gif", "-f gif"),
      Picture("animated_png", "-f apng"),
  };
}

}  // namespace descant::conversion::testing
