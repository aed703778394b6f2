// The storage that the settings ask for.
#pragma once

#include <memory>
#include <string>

#include "platform/config/reader.h"
#include "platform/storage/local.h"
#include "platform/storage/s3.h"

namespace descant::storage {

enum class DriverKind { kLocal, kS3 };

struct Settings {
  DriverKind driver = DriverKind::kLocal;
  LocalSettings local;
  S3Settings s3;
};

// Of a service that signs playback URLs, or of one that only moves objects.
enum class Signs { kPlayback, kNothing };

// Reads DESCANT_STORAGE and what belongs to it, and AWS's own variables for credentials.
Settings ReadSettings(config::Reader& reader, Signs signs);

// `pool` has to outlive the storage. S3: may block for some seconds while it gets its first credentials.
std::unique_ptr<Storage> Open(const Settings& settings, runtime::BlockingPool& pool);

}  // namespace descant::storage
