#include "services/conversion/adapters/ffmpeg/together.h"

#include <exception>
#include <memory>

#include <boost/asio/this_coro.hpp>

#include "platform/runtime/promise.h"
#include "platform/runtime/runtime.h"

namespace descant::conversion::ffmpeg {

namespace {

struct Group {
  Cancellation cancellation;
  std::exception_ptr first_failure;
};

// The caller waits for `ended`, so that what `work` refers to outlives it.
awaitable<void> RunOne(std::shared_ptr<Group> group, Work work, runtime::Promise<runtime::Nothing> ended) {
  try {
    co_await work(group->cancellation);
  } catch (...) {
    if (!group->first_failure) group->first_failure = std::current_exception();
    group->cancellation.Request();
  }
  ended.Set({});
}

}  // namespace

awaitable<void> RunTogether(std::vector<Work> works, Cancellation& cancellation) {
  const auto group = std::make_shared<Group>();
  const Cancellation::Listener listener(cancellation, [group] { group->cancellation.Request(); });
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  std::vector<runtime::Promise<runtime::Nothing>> ends;
  for (Work& work : works) {
    ends.emplace_back();
    runtime::Spawn(executor, "run", RunOne(group, std::move(work), ends.back()));
  }
  for (const auto& end : ends) co_await end.Wait();
  if (group->first_failure) std::rethrow_exception(group->first_failure);
}

}  // namespace descant::conversion::ffmpeg
