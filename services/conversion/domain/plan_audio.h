// The sound of a plan.
#pragma once

#include "services/conversion/domain/plan.h"

namespace descant::conversion {

// Adds what is to be made of the sound; that beside a picture is made in the first pass. Throws Failure
// kNoAudio or kDamaged where sound is wanted and there is none.
void PlanAudio(const SourceProbe& probe, const Profile& profile, Plans& plans);

}  // namespace descant::conversion
