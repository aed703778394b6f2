#include <algorithm>

#include "grpc/health/v1/health.pb.h"
#include "platform/rpc/builtin.h"
#include "platform/runtime/promise.h"

namespace descant::rpc {

namespace {

namespace pb = grpc::health::v1;

bool IsKnown(const BuiltinState& state, const std::string& service) {
  return service.empty() || std::ranges::any_of(state.services, [&](const auto* known) {
           return known->full_name() == service;
         });
}

pb::HealthCheckResponse Answer(const BuiltinState& state, const std::string& service) {
  pb::HealthCheckResponse answer;
  if (!IsKnown(state, service)) {
    answer.set_status(pb::HealthCheckResponse::SERVICE_UNKNOWN);
  } else {
    answer.set_status(state.serving() ? pb::HealthCheckResponse::SERVING
                                      : pb::HealthCheckResponse::NOT_SERVING);
  }
  return answer;
}

}  // namespace

void AddHealth(Server& server, const BuiltinState& state) {
  server.Unary<pb::HealthCheckRequest, pb::HealthCheckResponse>(
      std::string(kHealthCheck),
      [state](const pb::HealthCheckRequest& request, ServerCall&,
              std::size_t) -> awaitable<pb::HealthCheckResponse> {
        if (!IsKnown(state, request.service())) {
          throw Error(ErrorKind::kNotFound, "service_unknown", "There is no such service.");
        }
        co_return Answer(state, request.service());
      });
  // The state changes but once, when the server drains: the last that the caller hears.
  server.Stream<pb::HealthCheckRequest>(
      "/grpc.health.v1.Health/Watch",
      [state](const pb::HealthCheckRequest& request, ServerCall& call, std::size_t) -> awaitable<void> {
        co_await call.Write(Answer(state, request.service()));
        const runtime::Promise<runtime::Nothing> over;
        call.OnCancel([over] { over.Set({}); });
        co_await over.Wait();
        co_await call.Write(Answer(state, request.service()));
        throw Error(ErrorKind::kCancelled, "cancelled", "The call is over.");
      });
}

}  // namespace descant::rpc
