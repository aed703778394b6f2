// Why a file cannot be converted. Everything that the creator can be told about is a Failure; whatever else
// goes wrong (storage, the worker itself) is an Error and leaves the job to another try.
#pragma once

#include <stdexcept>
#include <string>

namespace descant::conversion {

enum class FailureCode {
  kSourceMissing,
  kEmptyFile,
  kUnsupportedFormat,  // no media container that is accepted
  kNoAudio,
  kNoVideo,
  kDamaged,        // a media container, but it does not decode
  kLimitExceeded,  // duration, pixels, streams, size or time
  kScratchFull,    // no space left on the worker
  kInternal,       // FFmpeg failed for a reason not known
};

class Failure : public std::runtime_error {
 public:
  // With the sentence that suits the code in general.
  explicit Failure(FailureCode code);
  // `detail`: a sentence for the creator.
  Failure(FailureCode code, const std::string& detail) : std::runtime_error(detail), code_(code) {}

  FailureCode code() const { return code_; }
  std::string detail() const { return what(); }

 private:
  FailureCode code_;
};

}  // namespace descant::conversion
