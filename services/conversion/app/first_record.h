// The record that the first pass of a job is whole: a small JSON object beside the attempts. Where it exists,
// another attempt has to make the rest alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/conversion/domain/media.h"
#include "services/conversion/domain/presentation.h"

namespace descant::conversion::app {

struct FirstRecord {
  std::uint32_t attempt = 0;                  // that made it
  Result result;                              // what can be played
  std::vector<MeasuredRendition> renditions;  // as that attempt's master playlist sees them
  std::vector<SubtitleTrack> subtitles;       // likewise
  bool operator==(const FirstRecord&) const = default;

  // The same record as the master playlist of another attempt sees what is in it.
  FirstRecord SeenFrom(std::uint32_t other_attempt) const;
  // Whether it has exactly what the plan makes first: a profile may have changed between two attempts.
  bool Fits(const Plan& first) const;
};

std::string FirstRecordKey(const std::string& target_prefix);

std::string RenderFirstRecord(const FirstRecord& record);
// Throws Error kInternal when it is no such record.
FirstRecord ParseFirstRecord(std::string_view json);

}  // namespace descant::conversion::app
