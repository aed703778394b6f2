# What the build takes from the system, each under one name. Debian 12 and 13 packages only.
option(DESCANT_WITH_GRPC "build what links gRPC (Debian's gRPC is not instrumented: off under tsan)" ON)
option(DESCANT_FUZZ "build the fuzz targets for libFuzzer" OFF)
set(DESCANT_SANITIZE "" CACHE STRING "sanitizers for -fsanitize=, comma separated")

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL 7.88 REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(GTest REQUIRED)
pkg_check_modules(spdlog REQUIRED IMPORTED_TARGET spdlog)
pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET hiredis)
pkg_check_modules(seccomp REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(libdeflate REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(argon2 REQUIRED IMPORTED_TARGET libargon2)
if(DESCANT_WITH_GRPC)
  pkg_check_modules(grpc REQUIRED IMPORTED_TARGET grpc++_unsecure protobuf)
  find_program(PROTOC protoc REQUIRED)
  find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)
endif()

# One set of definitions and flags for every target: the precompiled header is shared, and clang insists that
# whoever uses it was compiled like it.
add_compile_definitions(BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                        BOOST_ASIO_NO_DEPRECATED SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)
add_compile_options(-Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wno-missing-field-initializers
                    -fno-plt -fcolor-diagnostics "SHELL:-Xclang -fno-pch-timestamp")
if(DESCANT_SANITIZE)
  add_compile_options(-fsanitize=${DESCANT_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${DESCANT_SANITIZE})
endif()
if(DESCANT_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
add_link_options(-Wl,--as-needed)
include_directories(${CMAKE_SOURCE_DIR})
include_directories(SYSTEM ${spdlog_INCLUDE_DIRS} ${Boost_INCLUDE_DIRS})
