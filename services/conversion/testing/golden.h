// Golden files stand beside the tests in a folder `golden`. They are renewed only by running a test with
// --update.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace descant::conversion::testing {

// The checkout that the test was built from: the nearest folder above the binary, else above where it was
// started, that holds the service.
inline std::filesystem::path SourceRoot() {
  namespace fs = std::filesystem;
  std::error_code error;
  for (const fs::path& start : {fs::read_symlink("/proc/self/exe", error), fs::current_path() / "."}) {
    for (fs::path folder = start.parent_path(); folder != folder.root_path(); folder = folder.parent_path()) {
      if (fs::exists(folder / "services/conversion/CMakeLists.txt")) return folder;
    }
  }
  return ".";
}

inline bool UpdateAsked() {
  std::ifstream in("/proc/self/cmdline", std::ios::binary);
  const std::string line{std::istreambuf_iterator<char>(in), {}};
  return line.find(std::string("\0--update", 9)) != std::string::npos;
}

// `name`: below services/conversion, as domain/golden/master.m3u8.
inline void ExpectGolden(const std::string& name, const std::string& actual) {
  const std::filesystem::path file = SourceRoot() / "services/conversion" / name;
  if (UpdateAsked()) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << actual;
  }
  std::ifstream in(file, std::ios::binary);
  ASSERT_TRUE(in) << file << " is missing";
  const std::string expected{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(expected, actual) << file;
}

}  // namespace descant::conversion::testing
