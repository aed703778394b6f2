#include <set>

#include <google/protobuf/descriptor.pb.h>

#include "grpc/reflection/v1alpha/reflection.pb.h"
#include "platform/rpc/builtin.h"

namespace descant::rpc {

namespace {

namespace pb = grpc::reflection::v1alpha;
using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;

constexpr int kNotFound = 5;        // grpc::StatusCode::NOT_FOUND
constexpr int kUnimplemented = 12;  // grpc::StatusCode::UNIMPLEMENTED

// The file and all that it imports, imports first.
void AddWithImports(const FileDescriptor* file, std::set<std::string>& seen,
                    pb::FileDescriptorResponse& response) {
  if (!seen.insert(file->name()).second) return;
  for (int i = 0; i < file->dependency_count(); ++i) AddWithImports(file->dependency(i), seen, response);
  google::protobuf::FileDescriptorProto proto;
  file->CopyTo(&proto);
  response.add_file_descriptor_proto(proto.SerializeAsString());
}

void Fail(pb::ServerReflectionResponse& response, int code, const char* message) {
  response.mutable_error_response()->set_error_code(code);
  response.mutable_error_response()->set_error_message(message);
}

void AnswerFile(pb::ServerReflectionResponse& response, const FileDescriptor* file) {
  if (!file) return Fail(response, kNotFound, "not found");
  std::set<std::string> seen;
  AddWithImports(file, seen, *response.mutable_file_descriptor_response());
}

pb::ServerReflectionResponse Answer(const BuiltinState& state, const pb::ServerReflectionRequest& request) {
  pb::ServerReflectionResponse response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  const DescriptorPool* pool = DescriptorPool::generated_pool();
  switch (request.message_request_case()) {
    case pb::ServerReflectionRequest::kListServices:
      for (const auto* service : state.services) {
        response.mutable_list_services_response()->add_service()->set_name(service->full_name());
      }
      break;
    case pb::ServerReflectionRequest::kFileByFilename:
      AnswerFile(response, pool->FindFileByName(request.file_by_filename()));
      break;
    case pb::ServerReflectionRequest::kFileContainingSymbol:
      AnswerFile(response, pool->FindFileContainingSymbol(request.file_containing_symbol()));
      break;
    default:
      Fail(response, kUnimplemented, "proto3 has no extensions");
      break;
  }
  return response;
}

}  // namespace

void AddReflection(Server& server, const BuiltinState& state) {
  server.Handle("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                [state](ServerCall& call, std::size_t) -> awaitable<void> {
                  pb::ServerReflectionRequest request;
                  while (co_await call.Read(request)) {
                    const pb::ServerReflectionResponse response = Answer(state, request);
                    co_await call.Write(response);
                  }
                });
}

}  // namespace descant::rpc
