// What a worker converts with.
#pragma once

#include "platform/runtime/awaitable.h"
#include "platform/storage/storage.h"
#include "services/conversion/app/chunk_worker.h"
#include "services/conversion/domain/limits.h"
#include "services/conversion/domain/profile.h"
#include "services/conversion/domain/scratch.h"
#include "services/conversion/domain/transcoder.h"

namespace descant::conversion::app {

// To be copied; all that it refers to has to outlive the work.
struct Means {
  asio::any_io_executor executor;
  storage::Storage& storage;
  Transcoder& transcoder;
  Scratch& scratch;
  Peers* peers;  // that take part in long videos; null: there are none
  const Profile& profile;
  const Limits& limits;
};

}  // namespace descant::conversion::app
