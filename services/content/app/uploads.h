// From a file on the creator's disk to a conversion job: a signed URL first, then the word that the file is
// there.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/base/context.h"
#include "platform/storage/storage.h"
#include "services/content/app/catalog.h"
#include "services/content/domain/jobs.h"
#include "services/content/domain/upload.h"

namespace descant::content::app {

struct UploadLimits {
  std::int64_t max_bytes = std::int64_t{16} << 30;
  std::chrono::seconds grant_lifetime{3600};
  std::chrono::seconds parts_lifetime{24 * 3600};  // all of a large file; then what is unfinished goes
};

// One part of an upload: there already, or with permission to be sent.
struct UploadPart {
  int number = 0;
  std::int64_t size = 0;
  std::string etag;            // of one that is there
  storage::UploadGrant grant;  // of one that is not
};

struct UploadInParts {
  std::string id;
  std::int64_t part_size = 0;
  std::vector<UploadPart> parts;
};

struct UploadTicket {
  std::string key;  // unguessable, never given twice
  TimePoint expires_at;
  storage::UploadGrant grant;              // of a file that goes in one piece
  std::optional<UploadInParts> multipart;  // of one that does not
};

// What a client says it has sent.
struct SentPart {
  int number = 0;
  std::string etag;  // as storage answered; empty where it answered none
};
struct SentParts {
  std::string upload_id;
  std::vector<SentPart> parts;
};

class Uploads {
 public:
  Uploads(Catalog& catalog, domain::Contents& contents, domain::Jobs& jobs, storage::Storage& storage,
          UploadLimits limits)
      : catalog_(catalog), contents_(contents), jobs_(jobs), storage_(storage), limits_(limits) {}

  // Throws Error kTooLarge `upload_too_large`, kUnsupportedMedia `unsupported_upload_type`, and what Catalog
  // throws.
  awaitable<UploadTicket> Begin(domain::ContentId id, domain::UserId owner, domain::UploadOffer offer,
                                std::string origin);

  // The newest upload in parts of this content that is not finished: which parts are there, and where to send
  // the others. Throws Error kNotFound `no_unfinished_upload`, and what Catalog throws.
  awaitable<UploadTicket> Resume(domain::ContentId id, domain::UserId owner, std::string origin);

  // Joins the parts of an upload that had some, records the key and queues the conversion. Throws Error
  // kUnprocessable `key_not_acceptable` for a key that is not one of this content's, kConflict
  // `upload_missing` when nothing was uploaded to it, `upload_incomplete` when parts are missing or others
  // than the client says, `conversion_in_progress`, kTooLarge `upload_too_large`, and what Catalog throws.
  awaitable<domain::Content> Finish(Context context, domain::ContentId id, domain::UserId owner,
                                    std::string key, std::optional<SentParts> sent = std::nullopt);

  // Queues another conversion of the file that was uploaded last. Throws Error kConflict
  // `conversion_in_progress`, `upload_missing` where there is no such file any more, and what Catalog throws.
  awaitable<domain::Content> ConvertAgain(Context context, domain::ContentId id, domain::UserId owner);

 private:
  UploadTicket InParts(std::string key, std::string upload_id, const domain::PartPlan& plan,
                       const std::vector<storage::Part>& there, const std::string& origin) const;
  awaitable<void> Join(std::string key, SentParts sent);

  Catalog& catalog_;
  domain::Contents& contents_;
  domain::Jobs& jobs_;
  storage::Storage& storage_;
  UploadLimits limits_;
};

}  // namespace descant::content::app
