#include "services/conversion/app/make_chunk.h"

#include <exception>
#include <utility>

#include "services/conversion/app/publisher.h"

namespace descant::conversion::app {

awaitable<EncodedChunk> MakeChunk(Transcoder& transcoder, storage::Storage& storage, ChunkOrder order,
                                  std::filesystem::path source, std::filesystem::path folder,
                                  Transcoder::OnProgress on_progress, Cancellation& cancellation) {
  const auto passed_over = [](EncodedRendition) -> awaitable<void> { co_return; };
  Publisher publisher(storage, order.prefix);
  EncodedChunk made;
  std::exception_ptr thrown;
  try {
    made = co_await transcoder.Encode(order.plan, std::move(source), folder,
                                      {.on_progress = std::move(on_progress), .on_grown = passed_over},
                                      cancellation);
    for (const EncodedRendition& rendition : made) {
      cancellation.Check();
      co_await publisher.PublishSegments(rendition, folder);
    }
    cancellation.Check();
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown) {
    co_await publisher.Withdraw();
    std::rethrow_exception(thrown);
  }
  co_return made;
}

}  // namespace descant::conversion::app
