// The other conversion workers, reached by gRPC.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "services/conversion/app/chunk_worker.h"

namespace descant::conversion::grpc_api {

// Where workers are: unix:/path, or host:port, or dns:///host:port, divided by commas. Throws Error
// kInvalidArgument.
std::vector<std::string> ParseTargets(std::string_view text);

class GrpcPeers final : public app::Peers {
 public:
  // `targets`: of ParseTargets.
  GrpcPeers(std::vector<std::string> targets, std::string internal_secret)
      : targets_(std::move(targets)), internal_secret_(std::move(internal_secret)) {}

  // Those that say they serve, within a second.
  awaitable<std::vector<app::Peer>> Find() override;

  // Where they may be, as gRPC has addresses. Names are looked up each time; each of their addresses is a
  // worker.
  awaitable<std::vector<std::string>> Addresses() const;

 private:
  class Worker;
  std::shared_ptr<Worker> At(const std::string& address);

  std::vector<std::string> targets_;
  std::string internal_secret_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Worker>> known_;  // by address
};

}  // namespace descant::conversion::grpc_api
