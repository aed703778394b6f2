// Why FFmpeg or ffprobe failed, out of how it ended and its last words: a pure function for each.
#pragma once

#include "services/conversion/adapters/ffmpeg/process.h"
#include "services/conversion/domain/failure.h"

namespace descant::conversion::ffmpeg {

Failure DiagnoseProbe(const ProcessExit& exit);
Failure DiagnoseEncode(const ProcessExit& exit);

// A decoder was asked for more pixels than -max_pixels lets it make, or for a size that no picture has.
// ffprobe comes through nevertheless, and tells nothing of that picture.
bool RefusesPicture(const ProcessExit& exit);

// It came through, and complained of what it decoded.
bool TellsOfDamage(const ProcessExit& exit);

}  // namespace descant::conversion::ffmpeg
