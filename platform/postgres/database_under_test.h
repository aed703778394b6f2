// What the tests of this folder share: one server for the process, one loop and one Database for each test.
#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include "platform/postgres/database.h"
#include "tests/support/await.h"
#include "tests/support/servers.h"

namespace descant::postgres {

class DatabaseUnderTest : public ::testing::Test {
 protected:
  ~DatabaseUnderTest() override {
    database_.reset();
    context_.restart();
    context_.run();  // a Database that is gone leaves nothing behind that keeps a loop busy
  }

  static tests::PostgresServer& server() {
    static tests::PostgresServer server;
    return server;
  }

  // Made when first used; the settings count for the first use.
  Database& database(DatabaseSettings settings = {.connection = server().connection()}) {
    if (!database_) database_ = std::make_unique<Database>(context_.get_executor(), std::move(settings));
    return *database_;
  }

  template <class... Values>
  Rows Run(Query query, const Values&... values) {
    return tests::Await(context_, database().Execute(query, values...));
  }
  template <class... Values>
  std::string CodeOf(Query query, const Values&... values) {
    return tests::CodeOf(context_, database().Execute(query, values...));
  }
  std::int64_t Number(Query query) { return Run(query).front()[0].As<std::int64_t>(); }

  asio::io_context context_;
  std::unique_ptr<Database> database_;
};

}  // namespace descant::postgres
