#include "services/conversion/app/chunk_conversion.h"

#include <exception>
#include <optional>
#include <utility>

#include "platform/base/error.h"
#include "services/conversion/app/make_chunk.h"
#include "services/conversion/domain/failure.h"

namespace descant::conversion::app {

namespace {

constexpr const char* kSourceFile = "source";  // no suffix, so that nothing is guessed from it

}  // namespace

awaitable<EncodedChunk> ChunkConversion::Make(ChunkOrder order, Cancellation& cancellation) {
  const std::string source_key = order.source_key;
  std::optional<std::filesystem::path> folder = shelf_.Take(source_key);
  if (!folder) folder = co_await Fetch(source_key);
  EncodedChunk made;
  std::exception_ptr thrown;
  try {
    cancellation.Check();
    const auto untold = [](EncodingProgress) -> awaitable<void> { co_return; };
    made = co_await MakeChunk(transcoder_, storage_, std::move(order), *folder / kSourceFile,
                              *folder / "chunk", untold, cancellation);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await scratch_.Remove(*folder / "chunk");
  co_await shelf_.Put(source_key, *std::move(folder));
  if (thrown) std::rethrow_exception(thrown);
  co_return made;
}

awaitable<std::filesystem::path> ChunkConversion::Fetch(std::string source_key) {
  const std::optional<storage::ObjectInfo> source = co_await storage_.Head(source_key);
  if (!source) throw Failure(FailureCode::kSourceMissing);
  CheckSize(source->size, limits_);
  std::filesystem::path folder = co_await scratch_.Make(source->size);
  std::exception_ptr thrown;
  try {
    co_await storage_.Download(std::move(source_key), folder / kSourceFile);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown) co_return folder;
  co_await scratch_.Remove(folder);
  std::rethrow_exception(thrown);
}

}  // namespace descant::conversion::app
