#pragma once

#include <functional>

#include "platform/http/router.h"
#include "services/user/app/accounts.h"
#include "services/user/app/authentication.h"

namespace descant::user {

// Throws Error when the service cannot do its work.
using HealthCheck = std::function<awaitable<void>()>;

// Every route of the service, for one core. What is given has to outlive the router.
http::Router MakeRouter(app::Authentication& authentication, app::Accounts& accounts, HealthCheck check);

}  // namespace descant::user
