#pragma once

#include "descant/user/v1/user.pb.h"
#include "services/user/domain/change.h"
#include "services/user/domain/user.h"

namespace descant::user {

google::protobuf::Timestamp ToProto(TimePoint time);
v1::User ToProto(const User& user);
v1::WatchChangesResponse ToProto(const Change& change);

}  // namespace descant::user
