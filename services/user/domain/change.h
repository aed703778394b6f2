// What has happened to users that makes others' memories of them stale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "services/user/domain/user.h"

namespace descant::user {

enum class ChangeKind {
  kProfile,   // name or e-mail address
  kSessions,  // one or more sessions have ended
  kDeleted,
};

struct Change {
  std::int64_t sequence = 0;
  UserId user_id;
  ChangeKind kind = ChangeKind::kProfile;
  bool operator==(const Change&) const = default;
};

// Whoever has read up to some sequence will never see an earlier one appear.
class Changes {
 public:
  virtual ~Changes() = default;

  // The sequence of the last change; 0 when there was none. Never falls.
  virtual awaitable<std::int64_t> Last() = 0;
  // In order, at most `limit`.
  virtual awaitable<std::vector<Change>> After(std::int64_t sequence, std::size_t limit) = 0;
  // Forgets at most `limit` changes made before `time`; returns how many.
  virtual awaitable<std::size_t> Purge(TimePoint time, std::size_t limit) = 0;
};

}  // namespace descant::user
