// The picture of a plan.
#pragma once

#include "services/conversion/domain/plan.h"

namespace descant::conversion {

// Adds what is to be made of the picture. Throws Failure kNoVideo or kDamaged where there is none.
void PlanVideo(const SourceProbe& probe, const Profile& profile, Plans& plans);

}  // namespace descant::conversion
