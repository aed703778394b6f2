#include "services/conversion/domain/track_name.h"

#include <algorithm>

namespace descant::conversion {

std::string TrackName(const std::string& title, const std::string& language, const std::string& kind,
                      const std::vector<std::string>& taken) {
  const auto is_taken = [&taken](const std::string& name) { return std::ranges::count(taken, name) > 0; };
  const std::string number = " " + std::to_string(taken.size() + 1);
  std::string name = !title.empty() ? title : language;
  if (name.empty()) return taken.empty() ? kind : kind + number;
  if (is_taken(name)) name += number;
  return is_taken(name) ? kind + number : name;
}

}  // namespace descant::conversion
