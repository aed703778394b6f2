// The chunks of a video, joined to whole renditions: one init segment, and segments that follow one another.
#pragma once

#include <cstdint>
#include <vector>

#include "services/conversion/domain/plan.h"
#include "services/conversion/domain/presentation.h"

namespace descant::conversion {

// What a worker made of a chunk: every rendition of its plan, in the plan's order.
using EncodedChunk = std::vector<EncodedRendition>;

// How many frames of a constant rate `seconds` hold.
std::int64_t FramesIn(double seconds, Rational frame_rate);

// Throws Error kInternal `chunk_unfit` when it is not what the plan asks for: another rendition, other files,
// more or fewer frames.
void CheckChunk(const Plan& plan, const EncodedChunk& made);

// Whether one init segment fits both.
bool HaveSameInit(const EncodedChunk& one, const EncodedChunk& other);

// `plans` and `made`: of each chunk, in order, checked. `frames`: of the whole video. Throws Error kInternal
// `chunk_unfit` when they do not make one.
std::vector<EncodedRendition> JoinChunks(const std::vector<Plan>& plans, std::vector<EncodedChunk> made,
                                         std::int64_t frames);

}  // namespace descant::conversion
