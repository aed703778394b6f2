// The one frame rate of all renditions. Players and segment boundaries want it constant, whatever the
// source's timestamps do.
#pragma once

#include "services/conversion/domain/rational.h"

namespace descant::conversion {

// Of a source with `average` frames a second whose timestamps fit `base` (the lowest rate that holds all of
// them; equal to the average where the rate is constant). Either may be unknown. A constant rate is kept; a
// variable one becomes the usual rate that shows its motion best. Between 1 and `most`: higher ones are
// halved until they fit.
Rational ConstantFrameRate(Rational average, Rational base, int most);

}  // namespace descant::conversion
