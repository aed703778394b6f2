#include "platform/storage/s3.h"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <fcntl.h>

#include "platform/base/error.h"
#include "platform/log/log.h"
#include "platform/runtime/promise.h"
#include "platform/storage/file.h"
#include "platform/storage/s3_parts.h"
#include "platform/storage/signing.h"
#include "platform/token/crypto.h"

namespace descant::storage {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMebibyte = std::int64_t{1} << 20;
constexpr std::int64_t kSplitAbove = 64 * kMebibyte;  // an object of at most so much goes in one piece
constexpr std::int64_t kSmallestPart = 32 * kMebibyte;
constexpr std::int64_t kMostParts = 10'000;  // that S3 takes
constexpr int kParallelParts = 4;
constexpr std::size_t kBlock = 256 * 1024;

std::int64_t PartSizeFor(std::int64_t size) {
  const std::int64_t least = (size + kMostParts - 1) / kMostParts;
  return std::max(kSmallestPart, (least + kMebibyte - 1) / kMebibyte * kMebibyte);
}

// A piece of a file.
struct Slice {
  std::shared_ptr<const File> file;
  std::int64_t begin = 0;
  std::int64_t size = 0;

  transfer::Source Source() const {
    return {.size = size, .read = [slice = *this](std::int64_t offset, char* buffer, std::size_t count) {
              return slice.file->ReadAt(slice.begin + offset, buffer, count);
            }};
  }

  s3::Digest Digest(s3::Integrity integrity) const {
    s3::Digester digester(integrity);
    std::string block(kBlock, '\0');
    for (std::int64_t done = 0; done < size;) {
      const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(size - done, kBlock));
      const std::size_t got = file->ReadAt(begin + done, block.data(), wanted);
      if (got == 0) throw Error(ErrorKind::kInternal, "file_changed", "The file has become shorter.");
      digester.Add(std::string_view(block).substr(0, got));
      done += static_cast<std::int64_t>(got);
    }
    return digester.Finish();
  }
};

// A file that is replaced once there is something to replace it with.
class Target {
 public:
  explicit Target(fs::path path) : path_(std::move(path)) {}
  void Write(std::string_view bytes) {
    if (!file_) file_.reset(new File(OpenLocalFile(path_, O_WRONLY | O_CREAT | O_TRUNC)));
    file_->WriteAll(bytes);
  }
  void RemoveHalf() const {
    std::error_code error;
    if (file_) fs::remove(path_, error);
  }

 private:
  fs::path path_;
  std::unique_ptr<const File> file_;
};

class S3Storage final : public Storage {
 public:
  S3Storage(S3Settings settings, runtime::BlockingPool& pool)
      : settings_(std::move(settings)),
        pool_(pool),
        transfers_(settings_.transfers),
        credentials_(settings_.credentials, transfers_),
        client_(settings_.bucket, transfers_, credentials_) {}

  awaitable<std::optional<ObjectInfo>> Head(std::string key) override {
    CheckKey(key);
    const auto found = co_await client_.Head(std::move(key));
    if (!found) co_return std::nullopt;
    co_return ObjectInfo{.size = found->size, .modified_at = found->modified_at};
  }

  awaitable<void> Download(std::string key, fs::path file) override {
    CheckKey(key);
    const auto target = std::make_shared<Target>(std::move(file));
    try {
      const s3::Found found =
          co_await client_.Get(std::move(key), [target](std::string_view bytes) { target->Write(bytes); });
      if (found.size == 0) target->Write("");
    } catch (...) {
      target->RemoveHalf();
      throw;
    }
  }

  awaitable<void> Upload(fs::path path, std::string key, ObjectAttributes attributes) override {
    CheckKey(key);
    const std::shared_ptr<const File> file(new File(OpenLocalFile(path, O_RDONLY)));
    const std::int64_t size = file->Size();
    if (size > kSplitAbove) co_return co_await UploadParts(file, size, std::move(key), std::move(attributes));
    const Slice whole{file, 0, size};
    s3::Digest digest = co_await DigestOf(whole);
    co_await client_.Put(std::move(key), whole.Source(), std::move(digest), ToS3(attributes));
  }

  awaitable<std::string> Read(std::string key) override {
    CheckKey(key);
    co_return co_await client_.Read(std::move(key), kMaxSmallObject);
  }

  awaitable<void> Write(std::string key, std::string bytes, ObjectAttributes attributes) override {
    CheckKey(key);
    if (bytes.size() > kMaxSmallObject) {
      throw Error(ErrorKind::kTooLarge, "object_too_large", "The object is too large.");
    }
    s3::Digest digest = s3::DigestOf(bytes, client_.integrity());
    co_await client_.Put(std::move(key), transfer::FromBytes(std::move(bytes)), std::move(digest),
                         ToS3(attributes));
  }

  awaitable<void> Delete(std::vector<std::string> keys) override {
    for (const std::string& key : keys) CheckKey(key);
    co_await client_.Delete(std::move(keys));
  }

  awaitable<std::vector<std::string>> List(std::string prefix) override {
    std::vector<std::string> keys = co_await client_.List(std::move(prefix));
    std::erase_if(keys, [](const std::string& key) { return !IsValidKey(key); });  // nobody's of ours
    std::ranges::sort(keys);
    co_return keys;
  }

  UploadGrant SignUpload(const UploadRequest& request) const override {
    CheckKey(request.key);
    CheckContentType(request.content_type);
    const auto signed_url = client_.Presign(
        "PUT", request.key, {},
        {{"Content-Type", request.content_type}, {"Content-Length", std::to_string(request.size)}},
        request.lifetime);
    return {.url = signed_url.url,
            .headers = {{"Content-Type", request.content_type}},
            .expires_at = signed_url.expires_at};
  }

  PartUploads& Parts() override { return parts_; }

  PlaybackGrant SignPlayback(const PlaybackRequest& request) const override {
    if (!settings_.cdn.empty()) return PlaybackUrl(request, settings_.key, settings_.cdn + "/media/");
    const std::string& origin = settings_.origin.empty() ? request.origin : settings_.origin;
    return PlaybackUrl(request, settings_.key, origin + "/api/v1/media/");
  }

  std::string SignRead(std::string_view key, std::chrono::seconds lifetime,
                       std::string origin) const override {
    const PlaybackRequest request = RequestOf(key, lifetime, std::move(origin));
    if (!settings_.cdn.empty()) return SignPlayback(request).url;
    CheckMedia(request);
    return client_.Presign("GET", key, {}, {}, lifetime).url;
  }

 private:
  static s3::Attributes ToS3(const ObjectAttributes& attributes) {
    return {.content_type = attributes.content_type, .cache_control = attributes.cache_control};
  }

  awaitable<s3::Digest> DigestOf(Slice slice) {
    return pool_.Run(
        [slice = std::move(slice), integrity = client_.integrity()] { return slice.Digest(integrity); });
  }

  // What the coroutines that carry parts share; all run on one loop.
  struct PartsUnderWay {
    std::string key;
    std::string upload_id;
    std::vector<Slice> slices;
    std::size_t next = 0;
    std::vector<s3::Part> done;
    std::exception_ptr failure;
    int carriers = 0;
    runtime::Promise<runtime::Nothing> over;
  };

  awaitable<void> CarryParts(std::shared_ptr<PartsUnderWay> work) {
    while (!work->failure && work->next < work->slices.size()) {
      const std::size_t index = work->next++;
      const Slice& slice = work->slices[index];
      s3::Digest digest = co_await DigestOf(slice);
      work->done[index] = co_await client_.PutPart(work->key, work->upload_id, static_cast<int>(index) + 1,
                                                   slice.Source(), std::move(digest));
    }
  }

  awaitable<void> UploadParts(std::shared_ptr<const File> file, std::int64_t size, std::string key,
                              ObjectAttributes attributes) {
    const auto work = std::make_shared<PartsUnderWay>();
    work->key = std::move(key);
    const std::int64_t part_size = PartSizeFor(size);
    for (std::int64_t begin = 0; begin < size; begin += part_size) {
      work->slices.push_back({file, begin, std::min(part_size, size - begin)});
    }
    work->done.resize(work->slices.size());
    work->upload_id = co_await client_.BeginParts(work->key, ToS3(attributes), s3::PartSender::kPutPart);
    work->carriers = kParallelParts;
    const auto executor = co_await asio::this_coro::executor;
    for (int i = 0; i < kParallelParts; ++i) {
      asio::co_spawn(executor, CarryParts(work), [work](std::exception_ptr error) {
        if (error && !work->failure) work->failure = std::move(error);
        if (--work->carriers == 0) work->over.Set({});
      });
    }
    co_await work->over.Wait();
    if (!work->failure) {
      try {
        co_await client_.FinishParts(work->key, work->upload_id, std::move(work->done));
      } catch (...) {
        work->failure = std::current_exception();
      }
    }
    if (!work->failure) co_return;
    try {
      co_await client_.AbortParts(work->key, work->upload_id);
    } catch (const Error& error) {
      log::Warning("an upload in parts stays unfinished", {{"key", work->key}, {"error", error.what()}});
    }
    std::rethrow_exception(work->failure);
  }

  S3Settings settings_;
  runtime::BlockingPool& pool_;
  transfer::Transfers transfers_;
  s3::CredentialKeeper credentials_;
  s3::Client client_;
  S3Parts parts_{client_};
};

}  // namespace

std::unique_ptr<Storage> OpenS3(S3Settings settings, runtime::BlockingPool& pool) {
  return std::make_unique<S3Storage>(std::move(settings), pool);
}

}  // namespace descant::storage
