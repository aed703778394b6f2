#include "services/conversion/adapters/ffmpeg/diagnosis.h"

#include <algorithm>
#include <csignal>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace descant::conversion::ffmpeg {

namespace {

bool SaysAny(const ProcessExit& exit, std::initializer_list<std::string_view> phrases) {
  return std::ranges::any_of(phrases,
                             [&exit](std::string_view phrase) { return exit.errors.contains(phrase); });
}

// What holds for both programs.
std::optional<Failure> DiagnoseLimits(const ProcessExit& exit) {
  using Cause = ProcessExit::Cause;
  if (exit.cause == Cause::kTimedOut || (exit.cause == Cause::kSignalled && exit.status == SIGXCPU)) {
    return Failure(FailureCode::kLimitExceeded,
                   "The file takes longer to convert than what is accepted here.");
  }
  if ((exit.cause == Cause::kSignalled && exit.status == SIGXFSZ) || SaysAny(exit, {"File too large"})) {
    return Failure(FailureCode::kLimitExceeded,
                   "What the file converts to is larger than what is accepted here.");
  }
  if (SaysAny(exit, {"No space left on device", "Disk quota exceeded"}))
    return Failure(FailureCode::kScratchFull);
  if (RefusesPicture(exit) || SaysAny(exit, {"Video parameters exceed", "Cannot allocate memory"})) {
    return Failure(FailureCode::kLimitExceeded, "The picture is larger than what is accepted here.");
  }
  return std::nullopt;
}

}  // namespace

Failure DiagnoseProbe(const ProcessExit& exit) {
  if (auto limit = DiagnoseLimits(exit)) return *limit;
  if (exit.cause == ProcessExit::Cause::kSignalled) return Failure(FailureCode::kDamaged);
  if (exit.status == kCannotStart) return Failure(FailureCode::kInternal);
  if (SaysAny(exit, {"Format not on whitelist"})) return Failure(FailureCode::kUnsupportedFormat);
  // A container was recognised beyond doubt, and its demuxer complained.
  if (SaysAny(exit,
              {"[mov,mp4", "[matroska,webm", "[avi @", "[ogg @", "[wav @", "[flac @", "[asf @", "[flv @"})) {
    return Failure(FailureCode::kDamaged);
  }
  return Failure(FailureCode::kUnsupportedFormat);
}

Failure DiagnoseEncode(const ProcessExit& exit) {
  if (auto limit = DiagnoseLimits(exit)) return *limit;
  if (exit.cause == ProcessExit::Cause::kSignalled || exit.status == kCannotStart) {
    return Failure(FailureCode::kInternal);
  }
  if (SaysAny(exit, {"Decoder (codec", "not found for input stream", "Unknown decoder"})) {
    return Failure(FailureCode::kUnsupportedFormat, "The file holds a codec that cannot be decoded here.");
  }
  if (SaysAny(exit,
              {"Invalid data found", "Error while decoding", "End of file", "does not contain any stream",
               "Cannot determine format of input stream", "Finishing stream without any data"})) {
    return Failure(FailureCode::kDamaged);
  }
  return Failure(FailureCode::kInternal);
}

bool RefusesPicture(const ProcessExit& exit) { return SaysAny(exit, {"Picture size"}); }

bool TellsOfDamage(const ProcessExit& exit) {
  return SaysAny(exit, {"Invalid data found", "rror while decoding", "Error submitting packet to decoder",
                        "partial file", "Header missing", "orrupt", "Invalid NAL unit", "runcated"});
}

}  // namespace descant::conversion::ffmpeg
