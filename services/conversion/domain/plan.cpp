#include "services/conversion/domain/plan.h"

#include "services/conversion/domain/plan_audio.h"
#include "services/conversion/domain/plan_subtitles.h"
#include "services/conversion/domain/plan_video.h"

namespace descant::conversion {

Plan Plans::Whole() const {
  Plan whole = first;
  whole.audio.insert(whole.audio.end(), rest.audio.begin(), rest.audio.end());
  whole.video.insert(whole.video.end(), rest.video.begin(), rest.video.end());
  return whole;
}

Plans MakePlans(const SourceProbe& probe, MediaKind kind, const Profile& profile) {
  const Plan common{.kind = kind,
                    .duration = probe.duration,
                    .segment = profile.segment,
                    .cut = profile.segment,
                    .key_frame_interval = profile.key_frame_interval};
  Plans plans{.first = common, .rest = common};
  if (kind == MediaKind::kVideo) {
    PlanVideo(probe, profile, plans);
    plans.first.subtitles = PlanSubtitles(probe);
    plans.first.cut =
        profile.key_frame_interval;  // so that little has to be encoded before somebody can begin
  }
  PlanAudio(probe, profile, plans);
  return plans;
}

}  // namespace descant::conversion
