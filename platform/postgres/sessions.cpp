#include "platform/postgres/sessions.h"

#include <algorithm>

#include "platform/runtime/runtime.h"

namespace descant::postgres {

namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 1s;  // for a server that is being restarted
constexpr auto kPause = 50ms;

constexpr Query kBegin{"begin", "BEGIN"};

}  // namespace

Sessions::Loan::~Loan() {
  if (owner_) owner_->Return(*this);
}

awaitable<Sessions::Loan> Sessions::Begin() {
  const auto self = shared_from_this();
  if (closed_) throw ConnectionLost("it is closed");
  if (free_ > 0) {
    --free_;
  } else {
    co_await line_.Wait(Connection::Clock::now() + settings_.statement);
  }
  Loan loan(self);
  const auto until = Connection::Clock::now() + kPatience;
  while (true) {
    try {
      co_await Connect(loan);
      co_await loan->Execute(kBegin, {});
      break;
    } catch (const ConnectionLost&) {
      if (closed_ || Connection::Clock::now() > until) throw;
    }
    co_await runtime::Sleep(kPause);
  }
  co_return loan;
}

awaitable<void> Sessions::Connect(Loan& loan) {
  if (closed_) throw ConnectionLost("it is closed");
  if (loan.connection_) std::erase(on_loan_, loan.connection_);
  std::erase_if(idle_, [](const auto& connection) { return !connection->open(); });
  if (idle_.empty()) {
    loan.connection_ = co_await Connection::Open(executor_, settings_);
    if (closed_) throw ConnectionLost("it is closed");
  } else {
    loan.connection_ = std::move(idle_.back());
    idle_.pop_back();
  }
  on_loan_.push_back(loan.connection_);
}

void Sessions::Return(Loan& loan) {
  if (loan.connection_) {
    std::erase(on_loan_, loan.connection_);
    if (loan.clean_ && !closed_ && loan.connection_->open()) {
      idle_.push_back(std::move(loan.connection_));
    } else {
      loan.connection_->Close("its transaction was given up");
    }
  }
  if (!line_.WakeFirst()) ++free_;
}

void Sessions::CheckDeadlines(Connection::Clock::time_point now) {
  line_.Expire(now, "all connections for transactions are busy");
  for (const auto& connection : on_loan_) connection->CheckDeadlines(now);
}

void Sessions::Close() {
  closed_ = true;
  line_.Expire(Connection::Clock::time_point::max(), "it is closed");
  for (const auto& connection : on_loan_) connection->Close("it is closed");
  idle_.clear();
}

}  // namespace descant::postgres
