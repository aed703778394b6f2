#include "services/user/grpc/to_proto.h"

namespace descant::user {

namespace {

v1::WatchChangesResponse::Kind ToProto(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kProfile:
      return v1::WatchChangesResponse::KIND_PROFILE;
    case ChangeKind::kSessions:
      return v1::WatchChangesResponse::KIND_SESSIONS;
    case ChangeKind::kDeleted:
      return v1::WatchChangesResponse::KIND_DELETED;
  }
  return v1::WatchChangesResponse::KIND_UNSPECIFIED;
}

}  // namespace

google::protobuf::Timestamp ToProto(TimePoint time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  google::protobuf::Timestamp message;
  message.set_seconds(seconds.time_since_epoch().count());
  message.set_nanos(static_cast<std::int32_t>(std::chrono::nanoseconds(time - seconds).count()));
  return message;
}

v1::User ToProto(const User& user) {
  v1::User message;
  message.set_id(user.id.ToString());
  message.set_email(user.email);
  message.set_name(user.name);
  *message.mutable_created_at() = ToProto(user.created_at);
  return message;
}

v1::WatchChangesResponse ToProto(const Change& change) {
  v1::WatchChangesResponse message;
  message.mutable_change()->set_sequence(change.sequence);
  message.mutable_change()->set_user_id(change.user_id.ToString());
  message.mutable_change()->set_kind(ToProto(change.kind));
  return message;
}

}  // namespace descant::user
