// The conversion service, as the dispatcher sees it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "platform/runtime/awaitable.h"
#include "services/content/domain/jobs.h"

namespace descant::content::app {

struct Accepted {};
struct Done {
  std::string media_key;
  domain::Media media;
};
struct Failed {
  domain::Failure failure;
  bool worth_retrying = false;  // the worker's trouble, not the file's
};
using ConversionEvent = std::variant<Accepted, domain::Progress, domain::PlayableMedia, Done, Failed>;

// One running conversion. Destroying it cancels it.
class Conversion {
 public:
  virtual ~Conversion() = default;
  // The next event; nothing when it is over. Throws Error: kResourceExhausted when no worker is free,
  // kUnavailable when there is none or it was lost, kCancelled after Cancel.
  virtual awaitable<std::optional<ConversionEvent>> Next() = 0;
  virtual void Cancel() = 0;
};

class Converter {
 public:
  virtual ~Converter() = default;
  virtual std::unique_ptr<Conversion> Start(const domain::Job& job) = 0;
};

}  // namespace descant::content::app
