// The parts of a profile, each read in a file of its own.
#pragma once

#include "services/conversion/adapters/profile_json.h"
#include "services/conversion/domain/profile.h"

namespace descant::conversion::adapters {

AudioProfile ParseAudioProfile(const json::object& object);
VideoProfile ParseVideoProfile(const json::object& object);

}  // namespace descant::conversion::adapters
