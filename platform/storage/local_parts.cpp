#include "platform/storage/local_parts.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <sys/stat.h>

#include "platform/base/error.h"
#include "platform/storage/file.h"
#include "platform/storage/placing.h"
#include "platform/token/crypto.h"

namespace descant::storage {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kIdBytes = 16;
constexpr int kMaxNumber = 10'000;
constexpr const char* kKeyFile = "key";

bool IsUploadId(std::string_view id) {
  return id.size() == 2 * kIdBytes &&
         std::ranges::all_of(id, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

[[noreturn]] void NotFound() {
  throw Error(ErrorKind::kNotFound, "upload_not_found", "There is no such upload in storage.");
}

std::string KeyOf(const fs::path& upload) {
  std::ifstream in(upload / kKeyFile, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::optional<int> NumberOf(const std::string& name) {
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc{} || end != name.data() + name.size() || number < 1 || number > kMaxNumber)
    return std::nullopt;
  return number;
}

// Of a part that is there whole: it changes when the file is replaced.
std::string EtagOf(const struct stat& status) {
  return std::to_string(status.st_mtim.tv_sec) + "-" + std::to_string(status.st_mtim.tv_nsec) + "-" +
         std::to_string(status.st_size);
}

std::vector<Part> PartsIn(const fs::path& upload) {
  std::vector<Part> parts;
  std::error_code error;
  for (fs::directory_iterator entry(upload, error), end; !error && entry != end; entry.increment(error)) {
    const auto number = NumberOf(entry->path().filename().string());
    struct stat status{};
    if (!number || stat(entry->path().c_str(), &status) != 0) continue;
    parts.push_back({.number = *number, .size = status.st_size, .etag = EtagOf(status)});
  }
  if (error) FailWith(error, "cannot list parts");
  std::ranges::sort(parts, {}, &Part::number);
  return parts;
}

// The folder of an upload that is there and this key's.
fs::path Opened(const fs::path& root, const std::string& key, const std::string& upload_id) {
  CheckObjectKey(key);
  if (!IsUploadId(upload_id)) NotFound();
  fs::path upload = root / kParts / upload_id;
  if (KeyOf(upload) != key) NotFound();
  return upload;
}

bool AreThere(const std::vector<Part>& wanted, const std::vector<Part>& there) {
  return std::ranges::all_of(wanted, [&there](const Part& part) {
    const auto found = std::ranges::find(there, part.number, &Part::number);
    return found != there.end() && found->etag == part.etag;
  });
}

}  // namespace

awaitable<std::string> LocalParts::Begin(std::string key, std::string) {
  CheckObjectKey(key);
  std::string id = token::HexEncode(token::RandomBytes(kIdBytes));
  co_await pool_.Run([key, id, root = settings_.directory] {
    Place(root, root / kParts / id / kKeyFile, [&key](const File& file) { file.WriteAll(key); });
  });
  co_return id;
}

UploadGrant LocalParts::Sign(const PartRequest& request) const {
  CheckObjectKey(request.key);
  if (!IsUploadId(request.upload_id) || request.number < 1 || request.number > kMaxNumber) NotFound();
  return UploadUrl(
      settings_, {.key = std::string(kParts) + "/" + request.upload_id + "/" + std::to_string(request.number),
                  .size = request.size,
                  .lifetime = request.lifetime,
                  .origin = request.origin});
}

awaitable<std::vector<Part>> LocalParts::List(std::string key, std::string upload_id) {
  co_return co_await pool_.Run(
      [key, upload_id, root = settings_.directory] { return PartsIn(Opened(root, key, upload_id)); });
}

awaitable<void> LocalParts::Finish(std::string key, std::string upload_id, std::vector<Part> parts) {
  co_await pool_.Run([key, upload_id, parts, root = settings_.directory] {
    const fs::path upload = Opened(root, key, upload_id);
    if (parts.empty() || !AreThere(parts, PartsIn(upload))) NotFound();
    Place(root, root / key, [&](const File& object) {
      for (const Part& part : parts) Copy(File(upload / std::to_string(part.number), O_RDONLY), object);
    });
    std::error_code ignored;
    fs::remove_all(upload, ignored);
  });
}

awaitable<void> LocalParts::Abort(std::string key, std::string upload_id) {
  co_await pool_.Run([key, upload_id, root = settings_.directory] {
    try {
      fs::remove_all(Opened(root, key, upload_id));
    } catch (const Error& error) {
      if (error.code() != "upload_not_found") throw;
    }
  });
}

awaitable<std::vector<UnfinishedUpload>> LocalParts::Unfinished(std::string prefix) {
  co_return co_await pool_.Run([prefix, root = settings_.directory] {
    std::vector<UnfinishedUpload> uploads;
    std::error_code error;
    for (fs::directory_iterator entry(root / kParts, error), end; !error && entry != end;
         entry.increment(error)) {
      struct stat status{};
      std::string key = KeyOf(entry->path());
      if (key.empty() || !key.starts_with(prefix)) continue;
      if (stat((entry->path() / kKeyFile).c_str(), &status) != 0) continue;
      uploads.push_back({.key = std::move(key),
                         .upload_id = entry->path().filename().string(),
                         .begun_at = TimePoint(std::chrono::seconds(status.st_mtim.tv_sec))});
    }
    if (error && !IsAbsent(error)) FailWith(error, "cannot list uploads");
    return uploads;
  });
}

}  // namespace descant::storage
