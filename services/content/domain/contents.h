// Where contents are kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/runtime/awaitable.h"
#include "services/content/domain/content.h"

namespace descant::content::domain {

// The most that one listing answers: a page of 100, and whether another follows.
constexpr std::size_t kLongestListing = 101;

// Newest first. What is unset does not filter.
struct Listing {
  std::optional<UserId> owner;
  std::optional<ContentType> type;
  std::optional<State> state;
  std::optional<std::string> text;  // found in title or description, in any case
  std::optional<ContentId> before;  // only those made before this one
  bool only_published = true;       // public, and there is something to play
  std::size_t limit = 20;           // at most kLongestListing
};

// One state of a content: the number is another whenever anything of it has changed, its owner's name
// included. Numbers come round after four thousand million changes to the store.
struct Revision {
  ContentId id;
  std::uint32_t number = 0;
  bool operator==(const Revision&) const = default;
};

struct RevisedContent {
  Revision revision;
  Content content;
};

class Contents {
 public:
  virtual ~Contents() = default;

  // The owner's name is remembered with it: the one that is known of them already, if any.
  virtual awaitable<Content> Add(Content content) = 0;
  virtual awaitable<std::optional<Content>> Find(ContentId id) = 0;
  // Nothing when there is none.
  virtual awaitable<std::optional<Revision>> FindRevision(ContentId id) = 0;
  virtual awaitable<std::vector<Revision>> List(Listing listing) = 0;
  // As they are now, in any order; without those that are gone.
  virtual awaitable<std::vector<RevisedContent>> FindAll(std::vector<ContentId> ids) = 0;
  // Nothing when it is gone.
  virtual awaitable<std::optional<Content>> Change(ContentId id, ContentPatch patch) = 0;
  // The picture that stands for it from now on; nothing: the one that its file has. Nothing when it is gone.
  virtual awaitable<std::optional<Content>> SetCover(ContentId id, std::optional<std::string> key) = 0;
  // With its jobs; what it has in storage is removed afterwards. False when it was gone.
  virtual awaitable<bool> Remove(ContentId id) = 0;

  virtual awaitable<void> RenameOwner(Owner owner) = 0;
  virtual awaitable<void> RemoveOwner(UserId owner) = 0;  // with all contents

  // Lets the content's storage be tidied when the grant of an upload is long over.
  virtual awaitable<void> NoteUpload(ContentId id) = 0;
};

}  // namespace descant::content::domain
