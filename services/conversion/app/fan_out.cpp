#include "services/conversion/app/fan_out.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <set>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/base/error.h"
#include "platform/log/log.h"
#include "platform/runtime/promise.h"
#include "platform/runtime/runtime.h"

namespace descant::conversion::app {

namespace {

using Clock = std::chrono::steady_clock;

// A process may take several chunks at once; what it has no room for it refuses.
constexpr int kLanesOfAPeer = 4;

enum class Trouble {
  kNoRoom,  // it has not begun
  kGone,    // it, or the way to it, or its storage
  kUnable,  // it cannot make this chunk
};

Trouble TroubleOf(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    switch (error.kind()) {
      case ErrorKind::kResourceExhausted:
        return Trouble::kNoRoom;
      case ErrorKind::kUnavailable:
      case ErrorKind::kDeadlineExceeded:
      case ErrorKind::kCancelled:
        return Trouble::kGone;
      default:
        return Trouble::kUnable;
    }
  } catch (...) {
    return Trouble::kUnable;
  }
}

struct Task {
  enum class State { kWaiting, kGiven, kMade };
  ChunkOrder order;
  State state = State::kWaiting;
  std::set<const ChunkWorker*> unable;
  EncodedChunk made;
};

// One chunk at a time.
struct Lane {
  Peer peer;
  bool self = false;
  asio::steady_timer timer;
  Clock::time_point not_before;
  int pauses = 0;    // in a row
  int failures = 0;  // in a row

  void Rest(const Patience& patience) {
    const auto pause = patience.first_pause * (1 << std::min(pauses++, 10));
    not_before = Clock::now() + std::min(pause, patience.longest_pause);
  }
};

}  // namespace

// Owned by what runs too, which may be the last to go when the loop ends.
struct FanOut::State : std::enable_shared_from_this<State> {
  asio::any_io_executor executor;
  Patience patience;
  std::vector<Task> tasks;
  std::vector<std::shared_ptr<Lane>> lanes;
  Cancellation cancellation;
  std::exception_ptr failed;
  std::optional<runtime::Promise<runtime::Nothing>> waiter;
  std::optional<asio::steady_timer> next_call;

  bool over() const {
    return cancellation.requested() || failed ||
           std::ranges::all_of(tasks, [](const Task& task) { return task.state == Task::State::kMade; });
  }

  void Start(Peer peer, bool self) {
    if (over()) return;
    lanes.push_back(std::make_shared<Lane>(
        Lane{.peer = std::move(peer), .self = self, .timer = asio::steady_timer(executor)}));
    runtime::Spawn(executor, "chunks", Run(shared_from_this(), lanes.back()));
  }

  static awaitable<void> Run(std::shared_ptr<State> state, std::shared_ptr<Lane> lane) {
    while (!state->over() && lane->failures < state->patience.failures) {
      Task* task = state->NextFor(*lane);
      if (task != nullptr) {
        co_await state->Try(*lane, *task);
      } else {
        co_await Pause(*lane);
      }
    }
    std::erase(state->lanes, lane);
    state->Wake();
  }

  Task* NextFor(const Lane& lane) {
    if (Clock::now() < lane.not_before) return nullptr;
    const auto found = std::ranges::find_if(tasks, [&lane](const Task& task) {
      return task.state == Task::State::kWaiting && !task.unable.contains(lane.peer.worker.get());
    });
    return found == tasks.end() ? nullptr : &*found;
  }

  // Until there may be something to do.
  static awaitable<void> Pause(Lane& lane) {
    const bool rests = Clock::now() < lane.not_before;
    lane.timer.expires_at(rests ? lane.not_before : Clock::time_point::max());
    boost::system::error_code woken;
    co_await lane.timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }

  void Wake() {
    for (const auto& lane : lanes) lane->timer.cancel();
    if (next_call && over()) next_call->cancel();
    if (waiter && lanes.empty()) std::exchange(waiter, std::nullopt)->Set({});
  }

  awaitable<void> Try(Lane& lane, Task& task) {
    task.state = Task::State::kGiven;
    std::exception_ptr thrown;
    try {
      EncodedChunk made = co_await lane.peer.worker->Make(task.order, cancellation);
      CheckChunk(task.order.plan, made);
      CheckLikeOthers(made);
      task.made = std::move(made);
    } catch (...) {
      thrown = std::current_exception();
    }
    if (!thrown) {
      task.state = Task::State::kMade;
      lane.pauses = lane.failures = 0;
    } else {
      task.state = Task::State::kWaiting;
      if (!cancellation.requested()) TakeBack(lane, task, thrown);
    }
    Wake();
  }

  void CheckLikeOthers(const EncodedChunk& made) const {
    const auto other = std::ranges::find(tasks, Task::State::kMade, &Task::state);
    if (other != tasks.end() && !HaveSameInit(other->made, made)) {
      throw Error(ErrorKind::kInternal, "chunk_unlike", "The worker encodes otherwise than another one.");
    }
  }

  // Another lane may have it.
  void TakeBack(Lane& lane, Task& task, const std::exception_ptr& thrown) {
    const Trouble trouble = TroubleOf(thrown);
    lane.Rest(patience);
    if (trouble == Trouble::kNoRoom && !lane.self) return;
    log::Warning("a chunk was not made", {{"job", task.order.job_id},
                                          {"chunk", task.order.plan.chunk->index},
                                          {"worker", lane.peer.name},
                                          {"error", Describe(thrown)}});
    ++task.order.plan.chunk->turn;
    ++lane.failures;
    if (trouble == Trouble::kUnable) task.unable.insert(lane.peer.worker.get());
    if (lane.self) Fail(thrown);
  }

  void Fail(std::exception_ptr thrown) {
    if (!failed) failed = std::move(thrown);
    cancellation.Request();
  }

  static awaitable<void> Call(std::shared_ptr<State> state, Peers& peers) {
    while (!state->over()) {
      const std::vector<Peer> found = co_await peers.Find();
      for (const Peer& peer : found) {
        if (state->TakesPart(peer)) continue;
        for (int lane = 0; lane < kLanesOfAPeer; ++lane) state->Start(peer, false);
      }
      if (state->over()) co_return;
      state->next_call->expires_after(state->patience.until_next_call);
      boost::system::error_code over;
      co_await state->next_call->async_wait(asio::redirect_error(asio::use_awaitable, over));
    }
  }

  bool TakesPart(const Peer& peer) const {
    return std::ranges::any_of(lanes, [&peer](const auto& lane) { return lane->peer.worker == peer.worker; });
  }

  // Until no lane is left.
  awaitable<void> Ended() {
    if (lanes.empty()) co_return;
    const runtime::Promise<runtime::Nothing> ended = waiter.emplace();
    co_await ended.Wait();
  }
};

FanOut::FanOut(asio::any_io_executor executor, std::vector<ChunkOrder> orders, Cancellation& of_job,
               Patience patience)
    : state_(std::make_shared<State>()), of_job_(of_job, [state = state_] {
        state->cancellation.Request();
        state->Wake();
      }) {
  state_->executor = std::move(executor);
  state_->patience = patience;
  for (ChunkOrder& order : orders) state_->tasks.push_back({.order = std::move(order)});
}

void FanOut::CallPeers(Peers& peers) {
  if (state_->next_call) return;
  state_->next_call.emplace(state_->executor);
  runtime::Spawn(state_->executor, "chunks", State::Call(state_, peers));
}

void FanOut::Add(Peer peer) { state_->Start(std::move(peer), false); }

void FanOut::AddSelf(std::shared_ptr<ChunkWorker> self) { state_->Start({"self", std::move(self)}, true); }

std::chrono::milliseconds FanOut::made() const {
  double seconds = 0;
  for (const Task& task : state_->tasks) {
    if (task.state == Task::State::kMade) seconds += task.made.front().playlist.Duration();
  }
  return std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
}

awaitable<FanOut::Made> FanOut::Finish() {
  co_await state_->Ended();
  if (state_->failed) std::rethrow_exception(state_->failed);
  state_->cancellation.Check();
  Made made;
  for (Task& task : state_->tasks) {
    made.plans.push_back(task.order.plan);
    made.chunks.push_back(task.made);
  }
  co_return made;
}

awaitable<void> FanOut::Abandon() {
  state_->cancellation.Request();
  state_->Wake();
  co_await state_->Ended();
}

}  // namespace descant::conversion::app
