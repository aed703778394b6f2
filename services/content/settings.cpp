#include "services/content/settings.h"

namespace descant::content {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kSecretBytes = 32;

}  // namespace

Settings ReadSettings(config::Reader& reader) {
  Settings settings;
  settings.http_listen =
      reader.Required("DESCANT_HTTP_LISTEN", "where REST is served: unix:/path or tcp:address:port");
  settings.database =
      reader.Secret("DESCANT_DATABASE", "libpq connection string of the database `content`", 1);
  settings.redis = reader.Required("DESCANT_REDIS", "the cache: unix:/path or host:port");
  settings.redis_password = reader.Optional("DESCANT_REDIS_PASSWORD", "password of the cache", "");
  settings.user_grpc =
      reader.Required("DESCANT_USER_GRPC", "the user service: unix:/path or dns:///host:port");
  settings.conversion_grpc =
      reader.Required("DESCANT_CONVERSION_GRPC", "the conversion service: unix:/path or dns:///host:port");
  settings.internal_secret = reader.Secret("DESCANT_INTERNAL_SECRET", "shared by all services", kSecretBytes);
  settings.storage = storage::ReadSettings(reader, storage::Signs::kPlayback);
  settings.max_upload =
      reader.Bytes("DESCANT_MAX_UPLOAD", "largest file that may be uploaded", std::int64_t{16} << 30);
  settings.upload_ttl = reader.Seconds("DESCANT_UPLOAD_TTL", "how long an upload URL is good", 1h);
  settings.playback_ttl = reader.Seconds("DESCANT_PLAYBACK_TTL", "how long a playback URL is good", 6h);
  settings.user_cache_ttl = reader.Seconds("DESCANT_USER_CACHE_TTL", "how long a user is cached", 5min);
  settings.removal_delay = reader.Seconds(
      "DESCANT_REMOVAL_DELAY", "how long replaced media stays for those who are playing it", 10min);
  settings.concurrency =
      reader.Integer("DESCANT_CONVERSIONS", "conversions that one copy has under way", 4, 1, 1000);
  settings.threads = reader.Integer("DESCANT_THREADS", "event loops; 0 for one a core", 0, 0, 256);
  settings.log_level =
      reader.OneOf("DESCANT_LOG_LEVEL", "what is logged", {"info", "debug", "warning", "error"});
  settings.shutdown_grace =
      reader.Duration("DESCANT_SHUTDOWN_GRACE", "for requests in flight at the end", 10s);
  return settings;
}

}  // namespace descant::content
