#include "services/conversion/domain/failure.h"

namespace descant::conversion {

namespace {

const char* Sentence(FailureCode code) {
  switch (code) {
    case FailureCode::kSourceMissing:
      return "The uploaded file is no longer there. Please upload it again.";
    case FailureCode::kEmptyFile:
      return "The uploaded file is empty.";
    case FailureCode::kUnsupportedFormat:
      return "The file is not a sound or video format that can be converted. Please upload it as MP3, AAC, "
             "FLAC, WAV, Ogg, MP4, MOV, WebM or Matroska.";
    case FailureCode::kNoAudio:
      return "The file has no sound track that can be played.";
    case FailureCode::kNoVideo:
      return "The file has no moving picture. Cover art does not count as video.";
    case FailureCode::kDamaged:
      return "The file is damaged or incomplete and cannot be played. Please export and upload it again.";
    case FailureCode::kLimitExceeded:
      return "The file is larger or longer than what is accepted here.";
    case FailureCode::kScratchFull:
      return "There is not enough free space to convert the file at the moment.";
    case FailureCode::kInternal:
      break;
  }
  return "The file could not be converted, for a reason that is not known.";
}

}  // namespace

Failure::Failure(FailureCode code) : Failure(code, Sentence(code)) {}

}  // namespace descant::conversion
