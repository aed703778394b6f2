// TCP sockets on 127.0.0.1.
#pragma once

#include <string_view>
#include <utility>

namespace descant::tests {

// One that listens on a free port, and that port.
std::pair<int, unsigned short> ListenOnLoopback();
unsigned short FreePort();  // until somebody else listens on it
int ConnectToLoopback(unsigned short port);
bool SendAll(int connection, std::string_view bytes);  // false when the other side has gone

}  // namespace descant::tests
