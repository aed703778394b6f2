// The refusals that more than one use case makes.
#pragma once

#include "platform/base/error.h"

namespace descant::user::app {

inline Error InvalidCredentials() {
  return Error(ErrorKind::kUnauthenticated, "invalid_credentials",
               "The e-mail address or the password is wrong.");
}

inline Error WrongPassword() {
  return Error(ErrorKind::kUnauthenticated, "invalid_credentials", "The password is wrong.");
}

inline Error UserNotFound() {
  return Error(ErrorKind::kNotFound, "user_not_found", "There is no such user.");
}

inline Error SessionNotFound() {
  return Error(ErrorKind::kNotFound, "session_not_found", "There is no such session, or it is over.");
}

}  // namespace descant::user::app
