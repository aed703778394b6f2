// Files that mean harm, made on the spot: playlists and other texts that name files and addresses, small
// files that claim to be huge, and containers whose numbers lie.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "services/conversion/domain/failure.h"
#include "services/conversion/domain/media.h"
#include "services/conversion/tests/studio.h"

namespace descant::conversion::testing {

// What a hostile file would like to reach.
struct Bait {
  std::filesystem::path file;  // a playable one
  int port = 0;                // of a listener on loopback
};

struct HostileFile {
  const char* name;
  MediaKind kind;
  std::function<std::filesystem::path(Studio&, const Bait&)> make;
  // What it ends in, any of these; kConverts where a file is fine but for its looks, or a release of FFmpeg
  // finds its way through.
  std::vector<FailureCode> ends;
  enum Converts { kNever, kMayConvert } converts = kNever;
};

// What Studio::Make makes, as bytes; made once for all tests of a program.
const std::string& Made(Studio& studio, const std::string& name, const std::string& arguments);

// Texts and pictures named like media.
std::vector<HostileFile> Disguises();
// Small files that are much work.
std::vector<HostileFile> Bombs();
// Containers that contradict themselves.
std::vector<HostileFile> Lies();

}  // namespace descant::conversion::testing
