// Conversions by gRPC.
#pragma once

#include "descant/conversion/v1/conversion.grpc.pb.h"
#include "platform/rpc/client.h"
#include "services/content/app/converter.h"

namespace descant::content::adapters {

class RpcConverter final : public app::Converter {
 public:
  explicit RpcConverter(const rpc::Channel& channel)
      : channel_(channel), stub_(channel.Stub<conversion::v1::ConversionService>()) {}

  std::unique_ptr<app::Conversion> Start(const domain::Job& job) override;

 private:
  const rpc::Channel& channel_;
  std::shared_ptr<conversion::v1::ConversionService::Stub> stub_;
};

}  // namespace descant::content::adapters
