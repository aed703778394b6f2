// Carries the precompiled header, and the one copy of what Asio and Beast compile separately.
#include <boost/asio/impl/src.hpp>
