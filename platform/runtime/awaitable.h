// The coroutine type of every asynchronous function. Light: a file that needs no more than this compiles
// fast.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace descant {

template <class T = void>
using awaitable = boost::asio::awaitable<T>;

namespace asio = boost::asio;

}  // namespace descant
