#include "services/conversion/domain/plan_video.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "services/conversion/domain/missing_stream.h"

namespace descant::conversion {

namespace {

constexpr int kSmallestSide = 16;  // what every encoder takes
constexpr int kLeastBitRate = 200'000;

// The rates that are meant when a file's timestamps say nearly so.
constexpr std::array kUsualRates = {Rational{24000, 1001}, Rational{24, 1},       Rational{25, 1},
                                    Rational{30000, 1001}, Rational{30, 1},       Rational{48, 1},
                                    Rational{50, 1},       Rational{60000, 1001}, Rational{60, 1},
                                    Rational{15, 1},       Rational{15000, 1001}, Rational{12, 1}};

// Within `most`; a rate close to a usual one is that one.
Rational OutputFrameRate(const VideoStream& video, int most) {
  Rational rate = video.average_rate.known() ? video.average_rate : video.base_rate;
  if (!rate.known()) return {30, 1};
  while (rate.value() > most * 1.001) rate.den *= 2;
  const auto close = [&rate](const Rational& usual) {
    return std::abs(usual.value() - rate.value()) <= usual.value() * 0.0004;
  };
  if (const auto usual = std::ranges::find_if(kUsualRates, close); usual != kUsualRates.end()) return *usual;
  const auto thousandths = static_cast<std::int64_t>(std::lround(std::max(1.0, rate.value()) * 1000));
  return Rational{thousandths, 1000}.Reduced();
}

int Even(double side) { return std::max(kSmallestSide, static_cast<int>(side / 2 + 1e-6) * 2); }

// Never above the source: the shorter side at most `lines`, the longer at most 16/9 of that.
Size Fit(Size source, int lines) {
  const double shorter = std::min(source.width, source.height);
  const double longer = std::max(source.width, source.height);
  const double longest = std::ceil(lines * 16.0 / 9.0);
  const double scale = std::min({1.0, lines / shorter, longest / longer});
  return {.width = Even(source.width * scale), .height = Even(source.height * scale)};
}

// The profile's rate is for 1080p30; smaller and slower pictures need less, though not in full proportion.
int ScaledBitRate(int full, Size size, Rational frame_rate) {
  const double pixels = static_cast<double>(size.width) * size.height / (1920.0 * 1080.0);
  const double frames = frame_rate.value() / 30;
  const double rate = full * std::pow(std::min(1.0, pixels), 0.75) * std::pow(std::max(frames, 0.5), 0.5);
  return std::max(kLeastBitRate, static_cast<int>(rate / 1000) * 1000);
}

VideoRendition RenditionOf(const VideoRung& rung, const VideoStream& video, Rational frame_rate) {
  const Size size = Fit(DisplaySize(video), rung.lines);
  return {.name = rung.name,
          .codec = rung.codec,
          .size = size,
          .preset = rung.preset,
          .crf = rung.crf,
          .max_bit_rate = ScaledBitRate(rung.max_bit_rate, size, frame_rate)};
}

}  // namespace

void PlanVideo(const SourceProbe& probe, const Profile& profile, Plans& plans) {
  const VideoStream* video = probe.MainVideo();
  if (video == nullptr) FailForMissing(probe.video, FailureCode::kNoVideo);
  const VideoFormat format{.stream = video->index,
                           .frame_rate = OutputFrameRate(*video, profile.video.max_frame_rate),
                           .deinterlace = video->interlaced};
  for (const VideoRung& rung : profile.video.renditions) {
    Plan& plan = rung.codec == VideoCodec::kAvc ? plans.first : plans.rest;
    plan.video.push_back(RenditionOf(rung, *video, format.frame_rate));
  }
  if (plans.first.video.empty()) std::swap(plans.first.video, plans.rest.video);  // a profile of HEVC alone
  plans.first.video_format = format;
  if (!plans.rest.video.empty()) plans.rest.video_format = format;
}

}  // namespace descant::conversion
