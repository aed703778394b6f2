#include "services/conversion/app/cut_rest.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "services/conversion/app/make_chunk.h"

namespace descant::conversion::app {

namespace {

using Clock = std::chrono::steady_clock;

std::vector<ChunkOrder> OrdersOf(const Job& job, const std::vector<Plan>& chunks) {
  std::vector<ChunkOrder> orders;
  for (const Plan& plan : chunks) {
    orders.push_back(
        {.job_id = job.id, .source_key = job.source_key, .prefix = job.AttemptPrefix(), .plan = plan});
  }
  return orders;
}

// This process, with the source that it has for the job.
class Self final : public ChunkWorker {
 public:
  Self(Means means, std::filesystem::path source, std::filesystem::path folder,
       Transcoder::OnProgress on_progress)
      : means_(std::move(means)),
        source_(std::move(source)),
        folder_(std::move(folder)),
        on_progress_(std::move(on_progress)) {}

  awaitable<EncodedChunk> Make(ChunkOrder order, Cancellation& cancellation) override {
    const std::filesystem::path folder = folder_ / std::to_string(order.plan.chunk->index);
    EncodedChunk made;
    std::exception_ptr thrown;
    try {
      made = co_await MakeChunk(means_.transcoder, means_.storage, std::move(order), source_, folder,
                                on_progress_, cancellation);
    } catch (...) {
      thrown = std::current_exception();
    }
    co_await means_.scratch.Remove(folder);
    if (thrown) std::rethrow_exception(thrown);
    co_return made;
  }

 private:
  Means means_;
  std::filesystem::path source_;
  std::filesystem::path folder_;
  Transcoder::OnProgress on_progress_;
};

}  // namespace

CutRest::CutRest(Means means, const Job& job, const std::vector<Plan>& chunks, Cancellation& cancellation)
    : means_(means),
      prefix_(job.AttemptPrefix()),
      fan_out_(means.executor, OrdersOf(job, chunks), cancellation) {
  for (const VideoRendition& rendition : chunks.front().video) renditions_.push_back(rendition.name);
}

void CutRest::CallPeers() { fan_out_.CallPeers(*means_.peers); }

awaitable<std::vector<EncodedRendition>> CutRest::Finish(std::filesystem::path source,
                                                         std::filesystem::path folder, std::int64_t frames,
                                                         Transcoder::OnProgress on_progress) {
  CallPeers();
  const auto before = fan_out_.made();
  const auto begun = Clock::now();
  // All that is made, by the others too; theirs shows with each whole chunk.
  const auto tell = [this, before, begun, on_progress](EncodingProgress own) -> awaitable<void> {
    const auto made = fan_out_.made() + own.position;
    const std::chrono::duration<double> passed = Clock::now() - begun;
    const double speed = passed.count() > 0 ? (made - before) / passed : 0;
    co_await on_progress({.position = made, .speed = speed});
  };
  fan_out_.AddSelf(std::make_shared<Self>(means_, std::move(source), std::move(folder), tell));
  FanOut::Made made = co_await fan_out_.Finish();
  const bool again = std::ranges::any_of(made.plans, [](const Plan& plan) { return plan.chunk->turn > 1; });
  std::vector<EncodedRendition> joined = JoinChunks(made.plans, std::move(made.chunks), frames);
  if (!again) co_return joined;
  std::set<std::string> keys;
  for (const EncodedRendition& rendition : joined) {
    for (const Segment& segment : rendition.playlist.segments)
      keys.insert(prefix_ + "/" + rendition.name + "/" + segment.file);
  }
  co_await RemoveAllBut(std::move(keys));
  co_return joined;
}

awaitable<void> CutRest::Abandon() {
  if (std::exchange(abandoned_, true)) co_return;
  co_await fan_out_.Abandon();
  if (!kept_) co_await RemoveAllBut({});
}

awaitable<void> CutRest::RemoveAllBut(std::set<std::string> keys) {
  try {
    for (const std::string& rendition : renditions_) {
      std::vector<std::string> found = co_await means_.storage.List(prefix_ + "/" + rendition + "/");
      std::erase_if(found, [&keys](const std::string& key) { return keys.contains(key); });
      if (!found.empty()) co_await means_.storage.Delete(std::move(found));
    }
  } catch (const std::exception&) {
    // What is left is removed with the attempt, or with the content.
  }
}

}  // namespace descant::conversion::app
