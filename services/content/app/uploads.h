// From a file on the creator's disk to a conversion job: a signed URL first, then the word that the file is there.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "platform/base/context.h"
#include "platform/storage/storage.h"
#include "services/content/app/catalog.h"
#include "services/content/domain/jobs.h"
#include "services/content/domain/upload.h"

namespace descant::content::app {

struct UploadLimits {
  std::int64_t max_bytes = std::int64_t{16} << 30;
  std::chrono::seconds grant_lifetime{3600};
};

struct UploadTicket {
  std::string key;  // unguessable, never given twice
  storage::UploadGrant grant;
};

class Uploads {
 public:
  Uploads(Catalog& catalog, domain::Contents& contents, domain::Jobs& jobs, storage::Storage& storage,
          UploadLimits limits)
      : catalog_(catalog), contents_(contents), jobs_(jobs), storage_(storage), limits_(limits) {}

  // Throws Error kTooLarge `upload_too_large`, kUnsupportedMedia `unsupported_upload_type`, and what Catalog throws.
  awaitable<UploadTicket> Begin(domain::ContentId id, domain::UserId owner, domain::UploadOffer offer,
                                std::string origin);

  // Records the key and queues the conversion. Throws Error kUnprocessable `key_not_acceptable` for a key that is not one of
  // this content's, kConflict `upload_missing` when nothing was uploaded to it, kConflict `conversion_in_progress`,
  // kTooLarge `upload_too_large`, and what Catalog throws.
  awaitable<domain::Content> Finish(Context context, domain::ContentId id, domain::UserId owner, std::string key);

 private:
  Catalog& catalog_;
  domain::Contents& contents_;
  domain::Jobs& jobs_;
  storage::Storage& storage_;
  UploadLimits limits_;
};

}  // namespace descant::content::app
