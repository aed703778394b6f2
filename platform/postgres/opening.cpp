// How a connection is made, without ever blocking the loop: libpq's polled connect, and a name resolution
// that is not its own.
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fcntl.h>
#include <libpq-fe.h>

#include "platform/log/log.h"
#include "platform/postgres/connection.h"
#include "platform/postgres/errors.h"

namespace descant::postgres {

namespace {

using boost::system::error_code;
using Descriptor = asio::posix::descriptor_base;

// The host that libpq would look up itself; empty when it is a socket, several, or has an address already.
std::string HostToResolve(const std::string& connection) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(connection.c_str(), nullptr), &PQconninfoFree);
  if (!options) return "";  // libpq will say what is wrong with it
  std::string host;
  for (const PQconninfoOption* option = options.get(); option->keyword; ++option) {
    if (!option->val) continue;
    if (option->keyword == std::string_view("hostaddr")) return "";
    if (option->keyword == std::string_view("host")) host = option->val;
  }
  return host.starts_with('/') || host.starts_with('@') || host.find(',') != std::string::npos ? "" : host;
}

struct Addresses {
  std::string hosts;  // the same name, once for each address
  std::string addresses;
};

awaitable<Addresses> Resolve(asio::any_io_executor executor, std::string host) {
  asio::ip::tcp::resolver resolver(executor);
  error_code error;
  const auto found =
      co_await resolver.async_resolve(host, "", asio::redirect_error(asio::use_awaitable, error));
  if (error) throw ConnectionLost(host + ": " + error.message());
  Addresses all;
  for (const auto& entry : found) {
    const std::string comma = all.hosts.empty() ? "" : ",";
    all.hosts += comma + host;
    all.addresses += comma + entry.endpoint().address().to_string();
  }
  co_return all;
}

pg_conn* StartConnecting(const std::string& connection, const Addresses& found) {
  // What comes before `dbname` are defaults that the connection string may change; what comes after it is
  // fixed.
  std::vector<const char*> names{"gssencmode",       "keepalives_idle",           "keepalives_interval",
                                 "keepalives_count", "fallback_application_name", "dbname",
                                 "client_encoding"};
  std::vector<const char*> values{"disable", "30", "10", "3", "descant", connection.c_str(), "UTF8"};
  if (!found.addresses.empty()) {
    names.insert(names.end(), {"host", "hostaddr"});
    values.insert(values.end(), {found.hosts.c_str(), found.addresses.c_str()});
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  return PQconnectStartParams(names.data(), values.data(), 1);
}

int Duplicate(int descriptor) {
  const int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) throw ConnectionLost("no free descriptor");
  return copy;
}

void LogNotice(void*, const PGresult* notice) {
  const char* message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
  log::Debug("database notice", {{"text", message ? message : ""}});
}

std::string SessionSetup(std::chrono::milliseconds statement) {
  return "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET statement_timeout = " +
         std::to_string(statement.count());
}

}  // namespace

awaitable<std::shared_ptr<Connection>> Connection::Open(asio::any_io_executor executor,
                                                        ConnectionSettings settings) {
  const std::shared_ptr<Connection> self(new Connection(executor, std::move(settings)));
  asio::steady_timer limit(executor, self->settings_.opening);
  limit.async_wait([weak = std::weak_ptr(self)](const error_code& error) {
    const auto late = weak.lock();
    if (!error && late) late->Close("no answer");
  });
  co_await self->Connect();
  self->Attach();
  co_await self->Script(SessionSetup(self->settings_.statement));
  co_return self;
}

awaitable<void> Connection::Connect() {
  Addresses found;
  const std::string host = HostToResolve(settings_.connection);
  if (!host.empty()) found = co_await Resolve(executor_, host);
  if (lost_) throw ConnectionLost(why_lost_);
  connection_.reset(StartConnecting(settings_.connection, found));
  if (!connection_) throw std::bad_alloc();
  PQsetNoticeReceiver(connection_.get(), &LogNotice, nullptr);
  PostgresPollingStatusType next = PGRES_POLLING_WRITING;
  if (PQstatus(connection_.get()) == CONNECTION_BAD) next = PGRES_POLLING_FAILED;
  while (next == PGRES_POLLING_READING || next == PGRES_POLLING_WRITING) {
    co_await AwaitSocket(next == PGRES_POLLING_READING ? Descriptor::wait_read : Descriptor::wait_write);
    if (lost_) throw ConnectionLost(why_lost_);
    next = PQconnectPoll(connection_.get());
  }
  if (next != PGRES_POLLING_OK) throw ConnectionLost(Trouble());
  PQsetnonblocking(connection_.get(), 1);
}

// libpq may take another socket at each step, so each step watches anew.
awaitable<void> Connection::AwaitSocket(Descriptor::wait_type what) {
  socket_.assign(Duplicate(PQsocket(connection_.get())));
  error_code error;
  co_await socket_.async_wait(what, asio::redirect_error(asio::use_awaitable, error));
  socket_.close(error);
}

void Connection::Attach() {
  socket_.assign(Duplicate(PQsocket(connection_.get())));
  WaitReadable();
}

}  // namespace descant::postgres
