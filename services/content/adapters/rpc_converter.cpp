#include "services/content/adapters/rpc_converter.h"

#include "services/content/domain/upload.h"

namespace descant::content::adapters {

namespace {

namespace pb = descant::conversion::v1;

domain::Tags TagsFrom(const pb::Tags& tags) {
  return {.title = tags.title(),
          .artist = tags.artist(),
          .album = tags.album(),
          .album_artist = tags.album_artist(),
          .genre = tags.genre(),
          .date = tags.date(),
          .track = tags.track(),
          .tracks = tags.tracks(),
          .disc = tags.disc(),
          .discs = tags.discs()};
}

domain::Media MediaFrom(const pb::Media& media) {
  domain::Media result{
      .kind = media.kind() == pb::MEDIA_KIND_VIDEO ? domain::MediaKind::kVideo : domain::MediaKind::kAudio,
      .duration_ms = media.duration_ms()};
  for (const pb::Rendition& rendition : media.renditions()) {
    result.renditions.push_back({.codec = rendition.codec(),
                                 .bandwidth = rendition.bandwidth(),
                                 .width = rendition.width(),
                                 .height = rendition.height(),
                                 .frame_rate = rendition.frame_rate()});
  }
  if (media.has_loudness_lufs()) result.loudness_lufs = media.loudness_lufs();
  if (media.has_loudness_range_lu()) result.loudness_range_lu = media.loudness_range_lu();
  if (media.has_true_peak_dbtp()) result.true_peak_dbtp = media.true_peak_dbtp();
  if (media.has_gapless()) {
    result.gapless = domain::Gapless{.sample_rate = media.gapless().sample_rate(),
                                     .delay = media.gapless().delay(),
                                     .padding = media.gapless().padding(),
                                     .samples = static_cast<std::int64_t>(media.gapless().samples())};
  }
  result.tags = TagsFrom(media.tags());
  result.waveform_key = media.waveform_key();
  result.poster_key = media.poster_key();
  result.thumbnails_key = media.thumbnails_key();
  result.damaged = media.damaged();
  result.cover_large_key = media.cover().large_key();
  result.cover_small_key = media.cover().small_key();
  return result;
}

// The stable code of the API: UNSUPPORTED_FORMAT is unsupported_format.
std::string CodeWord(pb::Failed::Code code) {
  constexpr std::string_view kPrefix = "CODE_";
  std::string word = pb::Failed::Code_Name(code);
  if (!word.starts_with(kPrefix) || code == pb::Failed::CODE_UNSPECIFIED) return "internal";
  word.erase(0, kPrefix.size());
  for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return word;
}

// What a worker cannot help with again: the file itself. The rest is the worker's own trouble.
bool IsWorthRetrying(pb::Failed::Code code) {
  return code == pb::Failed::CODE_SCRATCH_FULL || code == pb::Failed::CODE_INTERNAL ||
         code == pb::Failed::CODE_UNSPECIFIED;
}

std::optional<app::ConversionEvent> EventFrom(const pb::ConvertEvent& event) {
  switch (event.event_case()) {
    case pb::ConvertEvent::kAccepted:
      return app::Accepted{};
    case pb::ConvertEvent::kProgress:
      return domain::Progress{event.progress().fraction(), event.progress().speed(),
                              event.progress().eta_seconds()};
    case pb::ConvertEvent::kPlayable:
      return domain::PlayableMedia{event.playable().master_key(), MediaFrom(event.playable().media()),
                                   event.playable().whole()};
    case pb::ConvertEvent::kDone:
      return app::Done{event.done().master_key(), MediaFrom(event.done().media())};
    case pb::ConvertEvent::kFailed:
      return app::Failed{{CodeWord(event.failed().code()), event.failed().detail()},
                         IsWorthRetrying(event.failed().code())};
    case pb::ConvertEvent::kProbed:
    case pb::ConvertEvent::EVENT_NOT_SET:
      break;
  }
  return std::nullopt;
}

class RpcConversion final : public app::Conversion {
 public:
  RpcConversion(const rpc::Channel& channel, std::shared_ptr<pb::ConversionService::Stub> stub,
                pb::ConvertRequest request, const Context& context)
      : call_(std::make_shared<Call>(std::move(stub), std::move(request))) {
    auto client_context = channel.Begin(context, std::chrono::milliseconds::max());
    auto* raw = client_context.get();
    stream_.emplace(std::move(client_context), call_, [call = call_.get(), raw](auto* reactor) {
      call->stub->async()->Convert(raw, &call->request, reactor);
    });
  }

  awaitable<std::optional<app::ConversionEvent>> Next() override {
    pb::ConvertEvent message;
    while (co_await stream_->Read(message)) {
      auto event = EventFrom(message);
      if (event) co_return event;
    }
    co_return std::nullopt;
  }

  void Cancel() override { stream_->Cancel(); }

 private:
  struct Call {
    Call(std::shared_ptr<pb::ConversionService::Stub> s, pb::ConvertRequest r)
        : stub(std::move(s)), request(std::move(r)) {}
    std::shared_ptr<pb::ConversionService::Stub> stub;
    pb::ConvertRequest request;
  };
  std::shared_ptr<Call> call_;
  std::optional<rpc::ReadStream<pb::ConvertEvent>> stream_;
};

}  // namespace

std::unique_ptr<app::Conversion> RpcConverter::Start(const domain::Job& job) {
  pb::ConvertRequest request;
  request.set_job_id(job.id.ToString());
  request.set_source_key(job.source_key);
  request.set_target_prefix(domain::MediaPrefix(job.content) + job.id.ToString());
  request.set_attempt(static_cast<std::uint32_t>(job.attempt));
  request.set_kind(job.kind == domain::MediaKind::kVideo ? pb::MEDIA_KIND_VIDEO : pb::MEDIA_KIND_AUDIO);
  return std::make_unique<RpcConversion>(channel_, stub_, std::move(request),
                                         Context{.request_id = job.request_id});
}

}  // namespace descant::content::adapters
