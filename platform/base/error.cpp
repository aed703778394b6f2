#include "platform/base/error.h"

namespace descant {

std::string Describe(const std::exception_ptr& exception) {
  if (!exception) return "no error";
  try {
    std::rethrow_exception(exception);
  } catch (const Error& error) {
    return error.code() + ": " + error.what();
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception of an unknown type";
  }
}

}  // namespace descant
