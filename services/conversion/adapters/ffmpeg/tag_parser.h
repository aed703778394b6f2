// Reads the tags that ffprobe prints: those of the container, and where it has none, as Ogg, those of its
// sound. The same names stand for Vorbis comments, ID3, MP4 atoms and RIFF chunks; ffprobe translates them.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "services/conversion/domain/tags.h"

namespace descant::conversion::ffmpeg {

// The names, as ffprobe's -show_entries takes them; nothing else of what a file says is printed.
extern const std::string kTagNames;

// `root`: all that ffprobe printed.
Tags ReadTags(const boost::json::object& root);

}  // namespace descant::conversion::ffmpeg
