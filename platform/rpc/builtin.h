// The two standard services that every server has: health checking and reflection.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/rpc/server.h"

namespace descant::rpc {

// Answered even while the server drains.
inline constexpr std::string_view kHealthCheck = "/grpc.health.v1.Health/Check";

struct BuiltinState {
  std::vector<const google::protobuf::ServiceDescriptor*> services;
  std::function<bool()> serving;
};

// Adds the services and their handlers to the server. `state` is copied.
void AddHealth(Server& server, const BuiltinState& state);
void AddReflection(Server& server, const BuiltinState& state);

}  // namespace descant::rpc
