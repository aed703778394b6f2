// The fixture of the suite that runs on every storage driver: conformance_test.cpp.
#pragma once

#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>

#include "platform/base/error.h"
#include "platform/storage/storage.h"
#include "tests/support/await.h"
#include "tests/support/temporary_folder.h"

namespace descant::storage {

// A storage that is empty, and what it needs to live.
struct StorageUnderTest {
  std::shared_ptr<void> keep;
  std::unique_ptr<Storage> storage;
  // Does what a client's PUT with this grant does.
  std::function<void(const UploadGrant& grant, const std::string& bytes)> put;
};

struct Driver {
  const char* name;
  StorageUnderTest (*open)();
};

class StorageConformance : public ::testing::TestWithParam<Driver> {
 protected:
  Storage& storage() { return *under_test_.storage; }
  void Write(std::string key, std::string bytes) {
    tests::Await(loop_, storage().Write(std::move(key), std::move(bytes), {.content_type = "text/plain"}));
  }
  std::string Read(std::string key) { return tests::Await(loop_, storage().Read(std::move(key))); }
  bool Has(std::string key) { return tests::Await(loop_, storage().Head(std::move(key))).has_value(); }
  std::vector<std::string> List(std::string prefix) {
    return tests::Await(loop_, storage().List(std::move(prefix)));
  }
  void Delete(std::vector<std::string> keys) { tests::Await(loop_, storage().Delete(std::move(keys))); }
  void PutPart(const std::string& key, const std::string& upload, int number, const std::string& bytes) {
    under_test_.put(storage().Parts().Sign({.key = key,
                                            .upload_id = upload,
                                            .number = number,
                                            .size = static_cast<std::int64_t>(bytes.size()),
                                            .origin = "http://h"}),
                    bytes);
  }
  std::vector<Part> ListParts(std::string key, std::string upload) {
    return tests::Await(loop_, storage().Parts().List(std::move(key), std::move(upload)));
  }
  template <class T>
  std::string CodeOf(awaitable<T> work) {
    return tests::CodeOf(loop_, std::move(work));
  }
  // Runs all of it at once; each has to succeed.
  void AwaitAll(std::vector<awaitable<void>> work) {
    std::size_t left = work.size();
    for (awaitable<void>& each : work) {
      asio::co_spawn(loop_, std::move(each), [&left](const std::exception_ptr& error) {
        EXPECT_FALSE(error) << Describe(error);
        --left;
      });
    }
    loop_.restart();
    while (left > 0) loop_.run_one();
  }
  std::filesystem::path File(const std::string& bytes) {
    const auto path = folder_.path() / "file";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  static std::string Contents(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  asio::io_context& loop_ = tests::LastingLoop();
  tests::TemporaryFolder folder_;
  StorageUnderTest under_test_ = GetParam().open();
};

}  // namespace descant::storage
