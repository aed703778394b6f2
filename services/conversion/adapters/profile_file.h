// Profiles are data: services/conversion/profiles/*.json.
#pragma once

#include <string_view>

#include "services/conversion/domain/profile.h"

namespace descant::conversion::adapters {

// profiles/default.json, built in.
std::string_view DefaultProfile();

// Throws Error kInvalidArgument that says what is wrong.
Profile ParseProfile(std::string_view json);

}  // namespace descant::conversion::adapters
