// One video stream, as ffprobe prints it.
#pragma once

#include <boost/json.hpp>

#include "services/conversion/domain/source_probe.h"

namespace descant::conversion::ffmpeg {

VideoStream ParseVideoStream(const boost::json::object& stream);

}  // namespace descant::conversion::ffmpeg
