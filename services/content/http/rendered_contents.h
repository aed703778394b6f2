// The JSON of contents, kept by their revision, for one core. What is kept never has to be thrown away for
// being stale: a content that changes is of another revision, and the old one is no longer asked for.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "platform/base/time.h"
#include "services/content/domain/contents.h"

namespace descant::content::http {

struct RenderedContent {
  std::string json;
  domain::UserId owner;
  bool is_open = false;  // others than the owner may know of it

  bool IsVisibleTo(const std::optional<domain::UserId>& viewer) const { return is_open || viewer == owner; }
};

// Two generations: what is asked for moves to the younger. When that is full it becomes the elder, and the
// elder goes.
class RenderedContents {
 public:
  using Entry = std::shared_ptr<const RenderedContent>;

  // `capacity`: the bytes of all that is kept, at most; what alone takes more than half of it is not kept.
  explicit RenderedContents(std::size_t capacity) : half_(capacity / 2) {}

  // Null when it is not kept, or was good only until `now`.
  Entry Find(const domain::Revision& revision, TimePoint now);
  void Keep(const domain::Revision& revision, Entry content, TimePoint until);

  std::size_t bytes() const { return young_.bytes + old_.bytes; }

 private:
  struct Hash {
    std::size_t operator()(const domain::Revision& revision) const {
      return std::hash<domain::ContentId>()(revision.id) ^ revision.number;
    }
  };
  struct Kept {
    Entry content;
    TimePoint until;
  };
  struct Generation {
    std::unordered_map<domain::Revision, Kept, Hash> entries;
    std::size_t bytes = 0;
  };

  std::size_t half_;
  Generation young_;
  Generation old_;
};

}  // namespace descant::content::http
