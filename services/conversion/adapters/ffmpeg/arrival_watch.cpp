#include "services/conversion/adapters/ffmpeg/arrival_watch.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/inotify.h>

#include "platform/base/error.h"

namespace descant::conversion::ffmpeg {

namespace {

constexpr std::size_t kBlock = 16 * 1024;

int OpenInotify() {
  const int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd < 0) throw Error(ErrorKind::kUnavailable, "worker_exhausted", "No more folders can be watched.");
  return fd;
}

}  // namespace

struct ArrivalWatch::State {
  State(const asio::any_io_executor& executor, std::string name)
      : inotify(executor, OpenInotify()), file(std::move(name)) {}

  std::set<std::size_t> Arrivals(std::string_view events) const {
    std::set<std::size_t> arrivals;
    while (events.size() >= sizeof(inotify_event)) {
      inotify_event event{};
      std::memcpy(&event, events.data(), sizeof event);
      const std::string_view padded = events.substr(sizeof event, event.len);
      events.remove_prefix(std::min(events.size(), sizeof event + event.len));
      if ((event.mask & IN_Q_OVERFLOW) != 0) {  // any of them
        for (const auto& [watch, place] : places) arrivals.insert(place);
      } else if (padded.substr(0, padded.find('\0')) == file) {
        const auto found = places.find(event.wd);
        if (found != places.end()) arrivals.insert(found->second);
      }
    }
    return arrivals;
  }

  asio::posix::stream_descriptor inotify;
  std::string file;
  std::map<int, std::size_t> places;  // by inotify's number of the watch
  bool closed = false;
};

ArrivalWatch::ArrivalWatch(const asio::any_io_executor& executor,
                           const std::vector<std::filesystem::path>& folders, std::string file)
    : state_(std::make_shared<State>(executor, std::move(file))) {
  for (std::size_t place = 0; place < folders.size(); ++place) {
    const int watch = inotify_add_watch(state_->inotify.native_handle(), folders[place].c_str(),
                                        IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR);
    if (watch < 0) {
      throw Error(ErrorKind::kUnavailable, "worker_exhausted",
                  "A folder cannot be watched: " + std::string(std::strerror(errno)));
    }
    state_->places[watch] = place;
  }
}

ArrivalWatch::~ArrivalWatch() { Close(); }

awaitable<std::set<std::size_t>> ArrivalWatch::Next() {
  const auto state = state_;
  std::string block(kBlock, '\0');
  std::set<std::size_t> arrivals;
  while (arrivals.empty() && !state->closed) {
    boost::system::error_code error;
    const std::size_t got = co_await state->inotify.async_read_some(
        asio::buffer(block), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return std::set<std::size_t>();
    arrivals = state->Arrivals(std::string_view(block).substr(0, got));
  }
  if (state->closed) arrivals.clear();
  co_return arrivals;
}

void ArrivalWatch::Close() {
  state_->closed = true;
  boost::system::error_code ignored;
  state_->inotify.cancel(ignored);
}

}  // namespace descant::conversion::ffmpeg
