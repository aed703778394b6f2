// Which sandbox holds FFmpeg on this machine: found out at the start, by running programs in each.
#pragma once

#include <filesystem>
#include <memory>

#include "services/conversion/adapters/ffmpeg/arguments.h"
#include "services/conversion/adapters/sandbox/sandbox.h"

namespace descant::conversion::ffmpeg {

enum class SandboxMode { kAuto, kBubblewrap, kLandlock, kOff };

// `word`: auto, bubblewrap, landlock or off.
SandboxMode ParseSandboxMode(std::string_view word);

// The one of the mode; of auto, the first that works. Says in the log which, and what does not work. Uses
// `folder` for files of its own, and blocks meanwhile. Throws Error kUnavailable `no_sandbox` with the
// reasons.
std::unique_ptr<sandbox::Sandbox> ChooseSandbox(SandboxMode mode, const std::filesystem::path& folder,
                                                const ArgumentRules& rules);

// Runs programs in it and looks at what they reach. Throws Error kUnavailable `sandbox_failed` when that is
// too much, or too little for ffprobe to run.
void TrySandbox(const sandbox::Sandbox& sandbox, const std::filesystem::path& folder,
                const ArgumentRules& rules);

}  // namespace descant::conversion::ffmpeg
