#include "platform/http/router.h"

#include <algorithm>

#include "platform/base/percent.h"

namespace descant::http {

namespace {

std::vector<std::string_view> Split(std::string_view path) {
  std::vector<std::string_view> segments;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (true) {
    const std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

bool IsParameter(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

struct Score {
  std::size_t fixed = 0;  // how many segments matched as they are
  std::vector<Header> parameters;
};

std::optional<Score> MatchPattern(const std::vector<std::string>& segments,
                                  const std::vector<std::string_view>& path) {
  if (segments.size() != path.size()) return std::nullopt;
  Score score;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (IsParameter(segments[i])) {
      auto value = PercentDecode(path[i]);
      if (!value || value->empty()) return std::nullopt;
      score.parameters.emplace_back(segments[i].substr(1, segments[i].size() - 2), *std::move(value));
    } else if (segments[i] == path[i] || (path[i].contains('%') && PercentDecode(path[i]) == segments[i])) {
      ++score.fixed;
    } else {
      return std::nullopt;
    }
  }
  return score;
}

}  // namespace

void Router::Add(Route route) {
  std::vector<std::string>& segments = segments_.emplace_back();
  for (const std::string_view segment : Split(route.pattern)) segments.emplace_back(segment);
  routes_.push_back(std::move(route));
}

Router::Match Router::Find(Method method, std::string_view path) const {
  const std::vector<std::string_view> segments = Split(path);
  Match match;
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const Route& route = routes_[i];
    auto score = MatchPattern(segments_[i], segments);
    if (!score || (best && score->fixed < *best)) continue;
    if (!best || score->fixed > *best) match = {};
    best = score->fixed;
    match.allowed.push_back(route.method);
    if (route.method == method) {
      match.route = &route;
      match.parameters = std::move(score->parameters);
    }
  }
  return match;
}

}  // namespace descant::http
