// UserService of proto/descant/user/v1/user.proto.
#pragma once

#include <vector>

#include "platform/rpc/server.h"
#include "services/user/app/accounts.h"
#include "services/user/app/authentication.h"
#include "services/user/domain/change.h"
#include "services/user/grpc/change_signal.h"

namespace descant::user {

// What calls use on the core they run on. Everything has to outlive the server.
struct UserRpcCore {
  app::Authentication& authentication;
  app::Accounts& accounts;
  Changes& changes;
  ChangeSignal& signal;  // raised on this core whenever there may be new changes
};

// Adds the service to a server that has not started; one element for each core.
void AddUserService(rpc::Server& server, std::vector<UserRpcCore> cores);

}  // namespace descant::user
