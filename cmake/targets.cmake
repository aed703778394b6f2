# descant_library(NAME [DEPENDS ...] [TEST_DEPENDS ...])
#   One folder, one target: every *.cpp of the current folder but main.cpp and the tests. What it may include is
#   what it depends on. The folder's *_test.cpp become the test binary NAME_test, found by CTest.
function(descant_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;TEST_DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  file(GLOB tests CONFIGURE_DEPENDS *_test.cpp)
  list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/main.cpp ${tests})
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} descant_pch)
    target_precompile_headers(${name} REUSE_FROM descant_pch)
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ARG_DEPENDS} descant_pch)
  endif()
  if(tests AND BUILD_TESTING)
    descant_test(${name}_test SOURCES ${tests} DEPENDS ${name} ${ARG_TEST_DEPENDS})
  endif()
endfunction()

# descant_test(NAME SOURCES ... DEPENDS ...): a GoogleTest binary whose cases CTest runs.
function(descant_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} descant_pch GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name} REUSE_FROM descant_pch)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300)
endfunction()

# descant_service(NAME DEPENDS ...): the binary descant-NAME from the current folder's main.cpp.
function(descant_service name)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  add_executable(descant-${name} main.cpp)
  target_link_libraries(descant-${name} PRIVATE ${ARG_DEPENDS})
  target_precompile_headers(descant-${name} REUSE_FROM descant_pch)
endfunction()

# descant_embed(TARGET NAMESPACE FOLDER): the folder's *.sql as `const std::vector<descant::postgres::Migration>&
# NAMESPACE::Migrations()`, in the order of their names.
function(descant_embed_migrations target namespace folder)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.sql)
  list(SORT files)
  set(body "#include \"platform/postgres/migrations.h\"\n\nnamespace ${namespace} {\n\n")
  string(APPEND body "const std::vector<descant::postgres::Migration>& Migrations();\n\n")
  string(APPEND body "const std::vector<descant::postgres::Migration>& Migrations() {\n")
  string(APPEND body "  static const std::vector<descant::postgres::Migration> migrations{\n")
  foreach(file ${files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(stem ${file} NAME_WE)
    file(READ ${file} sql)
    string(APPEND body "      {\"${stem}\", R\"__sql__(${sql})__sql__\"},\n")
  endforeach()
  string(APPEND body "  };\n  return migrations;\n}\n\n}  // namespace ${namespace}\n")
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/${target}_migrations.cpp)
  file(CONFIGURE OUTPUT ${generated} CONTENT "${body}" @ONLY)
  target_sources(${target} PRIVATE ${generated})
endfunction()

# descant_proto(NAME FILE...): messages and client stubs of the given .proto files, found from the proto/ folder.
function(descant_proto name)
  set(out ${CMAKE_BINARY_DIR}/proto)
  set(generated)
  foreach(file ${ARGN})
    string(REGEX REPLACE "\\.proto$" "" stem ${file})
    set(made ${out}/${stem}.pb.cc ${out}/${stem}.pb.h ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h)
    add_custom_command(
      OUTPUT ${made}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${out}
      COMMAND ${PROTOC} -I ${CMAKE_SOURCE_DIR}/proto --cpp_out=${out} --grpc_out=${out}
              --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN} ${file}
      DEPENDS ${CMAKE_SOURCE_DIR}/proto/${file}
      VERBATIM)
    list(APPEND generated ${out}/${stem}.pb.cc ${out}/${stem}.grpc.pb.cc)
  endforeach()
  add_library(${name} STATIC ${generated})
  target_include_directories(${name} SYSTEM PUBLIC ${out})
  target_link_libraries(${name} PUBLIC PkgConfig::grpc)
  target_compile_options(${name} PRIVATE -w)
endfunction()
