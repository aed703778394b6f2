// What the tests of this folder share.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

namespace descant::rpc {

// A call of a method that need not exist, with bytes that need be no message. Blocks.
inline grpc::Status CallRaw(std::shared_ptr<grpc::Channel> channel, grpc::ClientContext& context,
                            const std::string& method, const std::string& bytes = "") {
  grpc::GenericStub stub(std::move(channel));
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer reply;
  grpc::Status status;
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareUnaryCall(&context, method, request, &queue);
  call->StartCall();
  call->Finish(&reply, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  return status;
}

}  // namespace descant::rpc
