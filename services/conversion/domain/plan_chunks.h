// Which second passes are cut for several workers, and where.
#pragma once

#include <vector>

#include "services/conversion/domain/plan.h"

namespace descant::conversion {

// A plan for each chunk, in order; each has the whole plan's renditions. Empty where the plan is made whole:
// sound, short videos, containers that cannot be sought in exactly, and pictures that depend on what was
// decoded before them (fields, damage).
std::vector<Plan> CutPlan(const SourceProbe& probe, const Plan& rest);

}  // namespace descant::conversion
