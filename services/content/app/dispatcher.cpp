#include "services/content/app/dispatcher.h"

#include <algorithm>
#include <set>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/base/error.h"
#include "platform/log/log.h"
#include "platform/runtime/promise.h"
#include "platform/runtime/runtime.h"

namespace descant::content::app {

namespace {

using domain::Job;
using domain::Jobs;

// How one attempt ended, when it did not bring the job to its end.
struct Setback {
  Jobs::Reason reason;
  std::string why;
};

}  // namespace

// One attempt. A job may have two here, when the lease of the first ran out: each ends by itself.
struct Dispatcher::Running {
  Running(const asio::any_io_executor& loop, Job leased) : job(std::move(leased)), heartbeat(loop) {}

  // No more heartbeats.
  void End() {
    over = true;
    heartbeat.cancel();
  }
  void Cancel() const {
    if (conversion) conversion->Cancel();
  }

  const Job job;
  std::shared_ptr<Conversion> conversion;  // null until it has begun
  asio::steady_timer heartbeat;
  bool over = false;
};

struct Dispatcher::State : std::enable_shared_from_this<Dispatcher::State> {
  State(asio::any_io_executor loop, Jobs& job_store, Converter& conversion, DispatcherSettings limits)
      : executor(loop), jobs(job_store), converter(conversion), settings(limits), wake(loop) {}

  asio::any_io_executor executor;
  Jobs& jobs;
  Converter& converter;
  DispatcherSettings settings;
  asio::steady_timer wake;  // cancelled to wake the loop
  bool woken = false;
  bool stopping = false;
  bool looping = false;
  bool all_busy = false;  // a worker has just said so; asking again at once would only turn the queue around
  std::set<std::shared_ptr<Running>> running;
  std::optional<runtime::Promise<runtime::Nothing>> stopped;

  static awaitable<void> Loop(std::shared_ptr<State> self) {
    self->looping = true;
    while (!self->stopping) {
      const bool leased =
          !self->all_busy && self->running.size() < self->settings.concurrency && co_await LeaseOne(self);
      if (!leased) co_await self->Rest();
    }
    self->looping = false;
    self->SettleIfStopped();
  }

  static awaitable<bool> LeaseOne(std::shared_ptr<State> self) {
    std::optional<Job> job;
    try {
      job = co_await self->jobs.Lease(self->settings.lease);
    } catch (const std::exception& error) {
      log::Warning("cannot lease jobs", {{"error", error.what()}});
    }
    if (!job) co_return false;
    const auto attempt = std::make_shared<Running>(self->executor, *std::move(job));
    self->running.insert(attempt);
    runtime::Spawn(self->executor, "conversion job", Work(self, attempt));
    co_return true;
  }

  awaitable<void> Rest() {
    if (!std::exchange(woken, false)) {
      boost::system::error_code ignored;
      wake.expires_after(settings.poll);
      co_await wake.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    woken = false;
    all_busy = false;
  }

  void Wake() {
    woken = true;
    wake.cancel();
  }

  // One attempt, from lease to end.
  static awaitable<void> Work(std::shared_ptr<State> self, std::shared_ptr<Running> attempt) {
    const Job& job = attempt->job;
    log::Info("conversion begins", {{"request_id", job.request_id},
                                    {"job", job.id.ToString()},
                                    {"content", job.content.ToString()},
                                    {"attempt", job.attempt}});
    std::optional<std::string> trouble;
    try {
      if (job.losses > self->settings.max_losses) {
        co_await self->GiveUp(job);
      } else {
        co_await Convert(self, attempt);
      }
    } catch (const std::exception& error) {
      trouble =
          error.what();  // most likely the database; the lease will run out, and the job is taken up again
    }
    if (trouble)
      log::Warning("conversion attempt left open", {{"job", job.id.ToString()}, {"error", *trouble}});
    self->running.erase(attempt);
    self->SettleIfStopped();
    self->Wake();
  }

  static awaitable<void> Convert(std::shared_ptr<State> self, std::shared_ptr<Running> attempt) {
    const Job& job = attempt->job;
    attempt->conversion = self->converter.Start(job);
    if (self->stopping) attempt->Cancel();
    runtime::Spawn(self->executor, "lease heartbeat", Heartbeat(self, attempt));
    std::optional<Setback> setback;
    bool accepted = false;
    try {
      setback = co_await Follow(self, job, *attempt->conversion, accepted);
    } catch (const Error& error) {
      const bool nobody_free = error.kind() == ErrorKind::kResourceExhausted;
      self->all_busy = self->all_busy || nobody_free;
      const bool lost = accepted && !self->stopping;
      setback = Setback{lost ? Jobs::Reason::kLoss : Jobs::Reason::kNobodyFree, error.what()};
    } catch (const std::exception& error) {  // a defect, which the job may not hang on to
      setback = Setback{Jobs::Reason::kLoss, error.what()};
    }
    attempt->End();
    if (setback) co_await self->PutBack(job, *setback);
  }

  // Follows the conversion to its end. Nothing: the job is over, or no longer this dispatcher's.
  static awaitable<std::optional<Setback>> Follow(std::shared_ptr<State> self, Job job,
                                                  Conversion& conversion, bool& accepted) {
    while (auto event = co_await conversion.Next()) {
      accepted = true;
      bool held = true;
      if (const auto* progress = std::get_if<domain::Progress>(&*event)) {
        held = co_await self->jobs.Report(job, *progress);
      } else if (const auto* playable = std::get_if<domain::PlayableMedia>(&*event)) {
        held = co_await self->jobs.ReportPlayable(job, *playable);
      } else if (const auto* done = std::get_if<Done>(&*event)) {
        held = co_await self->jobs.Complete(job, done->media_key, done->media);
        log::Info("conversion done",
                  {{"request_id", job.request_id}, {"job", job.id.ToString()}, {"taken", held}});
        co_return std::nullopt;
      } else if (const auto* failed = std::get_if<Failed>(&*event)) {
        if (failed->worth_retrying && job.failures + 1 < self->settings.max_failures) {
          co_return Setback{Jobs::Reason::kFailure, failed->failure.code};
        }
        co_await self->jobs.Fail(job, failed->failure);
        log::Info(
            "conversion failed",
            {{"request_id", job.request_id}, {"job", job.id.ToString()}, {"code", failed->failure.code}});
        co_return std::nullopt;
      }
      if (!held) {
        log::Warning("lease lost", {{"request_id", job.request_id}, {"job", job.id.ToString()}});
        conversion.Cancel();
        co_return std::nullopt;
      }
    }
    co_return Setback{Jobs::Reason::kLoss, "the conversion ended without a result"};
  }

  static awaitable<void> Heartbeat(std::shared_ptr<State> self, std::shared_ptr<Running> attempt) {
    const Job& job = attempt->job;
    while (true) {
      boost::system::error_code ended;
      attempt->heartbeat.expires_after(self->settings.lease / 3);
      co_await attempt->heartbeat.async_wait(asio::redirect_error(asio::use_awaitable, ended));
      if (attempt->over) co_return;
      bool held = true;
      try {
        held = co_await self->jobs.Extend(job, self->settings.lease);
      } catch (const std::exception& error) {
        log::Warning("cannot extend a lease", {{"job", job.id.ToString()}, {"error", error.what()}});
      }
      if (attempt->over) co_return;
      if (!held) {
        attempt->Cancel();
        co_return;
      }
    }
  }

  awaitable<void> PutBack(Job job, Setback setback) {
    auto delay = settings.first_backoff;
    for (std::int64_t i = 0; i < job.failures && delay < settings.longest_backoff; ++i) delay *= 2;
    if (setback.reason == Jobs::Reason::kNobodyFree) delay = settings.poll / 2;
    if (stopping) delay = std::chrono::milliseconds(0);
    log::Info("conversion put back",
              {{"request_id", job.request_id}, {"job", job.id.ToString()}, {"why", setback.why}});
    co_await jobs.Release(job, std::min(delay, settings.longest_backoff), setback.reason);
  }

  awaitable<void> GiveUp(Job job) {
    log::Error("conversion given up", {{"request_id", job.request_id}, {"job", job.id.ToString()}});
    co_await jobs.Fail(
        job, {.code = "internal", .detail = "The file could not be converted, although it was tried often."});
  }

  void SettleIfStopped() {
    if (stopped && !looping && running.empty()) stopped->Set({});
  }
};

Dispatcher::Dispatcher(asio::any_io_executor executor, Jobs& jobs, Converter& converter,
                       DispatcherSettings settings)
    : state_(std::make_shared<State>(executor, jobs, converter, settings)) {}

Dispatcher::~Dispatcher() = default;

void Dispatcher::Start() { runtime::Spawn(state_->executor, "dispatcher", State::Loop(state_)); }

void Dispatcher::Wake() {
  asio::post(state_->executor, [state = state_] { state->Wake(); });
}

awaitable<void> Dispatcher::Stop() {
  auto state = state_;
  state->stopped.emplace();
  state->stopping = true;
  state->Wake();
  for (const auto& attempt : state->running) attempt->Cancel();
  state->SettleIfStopped();
  co_await state->stopped->Wait();
}

}  // namespace descant::content::app
