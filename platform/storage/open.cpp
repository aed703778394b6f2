#include "platform/storage/open.h"

#include <unistd.h>

namespace descant::storage {

namespace {

constexpr std::size_t kSecretBytes = 32;

bool IsOrigin(const std::string& url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (url.starts_with(scheme)) return url.size() > scheme.size() && !url.ends_with('/');
  }
  return false;
}

std::string ReadOrigin(config::Reader& reader, std::string_view name, std::string_view help,
                       std::string_view fallback) {
  std::string value = reader.Optional(name, help, fallback);
  if (!value.empty() && !IsOrigin(value)) {
    reader.Reject(name, "has to begin with http:// or https://, and end without a slash");
  }
  return value;
}

s3::CredentialSettings ReadCredentials(config::Reader& reader, const std::string& region) {
  s3::CredentialSettings settings;
  settings.access_key = reader.Optional("AWS_ACCESS_KEY_ID", "s3: credentials that are given", "");
  settings.secret_key = reader.Optional("AWS_SECRET_ACCESS_KEY", "s3: the secret of that key", "");
  settings.session_token = reader.Optional("AWS_SESSION_TOKEN", "s3: of temporary credentials", "");
  if (settings.access_key.empty() != settings.secret_key.empty()) {
    reader.Reject("AWS_SECRET_ACCESS_KEY", "goes with AWS_ACCESS_KEY_ID: both or none");
  }
  settings.web_identity_token_file =
      reader.Optional("AWS_WEB_IDENTITY_TOKEN_FILE", "s3: credentials by web identity: the token", "");
  settings.role_arn = reader.Optional("AWS_ROLE_ARN", "s3: web identity: the role", "");
  settings.role_session_name =
      reader.Optional("AWS_ROLE_SESSION_NAME", "s3: web identity: the session", "descant");
  settings.sts_endpoint = ReadOrigin(reader, "AWS_ENDPOINT_URL_STS", "s3: web identity: the token service",
                                     "https://sts." + region + ".amazonaws.com");
  const std::string relative =
      reader.Optional("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "s3: credentials of an ECS task", "");
  settings.container_uri =
      reader.Optional("AWS_CONTAINER_CREDENTIALS_FULL_URI", "s3: credentials of a container", "");
  if (!relative.empty()) settings.container_uri = "http://169.254.170.2" + relative;
  settings.container_token =
      reader.Optional("AWS_CONTAINER_AUTHORIZATION_TOKEN", "s3: what is shown there", "");
  settings.container_token_file =
      reader.Optional("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "s3: the same, from a file", "");
  settings.metadata_endpoint =
      ReadOrigin(reader, "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                 "s3: where an EC2 instance asks for credentials", "http://169.254.169.254");
  if (reader.Optional("AWS_EC2_METADATA_DISABLED", "s3: `true`: not asked", "false") == "true") {
    settings.metadata_endpoint.clear();
  }
  return settings;
}

s3::BucketSettings ReadBucket(config::Reader& reader, bool used) {
  s3::BucketSettings settings;
  settings.bucket = reader.Optional("DESCANT_S3_BUCKET", "s3: the bucket", "");
  if (used && settings.bucket.empty())
    reader.Reject("DESCANT_S3_BUCKET", "is required with DESCANT_STORAGE=s3");
  const std::string aws_region =
      reader.Optional("AWS_REGION", "s3: the region, if DESCANT_S3_REGION is not set", "us-east-1");
  settings.region = reader.Optional("DESCANT_S3_REGION", "s3: the region", aws_region);
  const std::string at_aws = "https://s3." + settings.region + ".amazonaws.com";
  settings.endpoint = ReadOrigin(reader, "DESCANT_S3_ENDPOINT", "s3: where the service answers", at_aws);
  settings.public_endpoint =
      ReadOrigin(reader, "DESCANT_S3_PUBLIC_ENDPOINT", "s3: where clients reach it, if elsewhere", "");
  const std::string addressing =
      reader.OneOf("DESCANT_S3_ADDRESSING",
                   "s3: the bucket in the path or in the host name; auto: host at AWS, path elsewhere",
                   {"auto", "path", "host"});
  const bool by_host = addressing == "host" || (addressing == "auto" && settings.endpoint == at_aws &&
                                                settings.bucket.find('.') == std::string::npos);
  settings.addressing = by_host ? s3::Addressing::kVirtualHost : s3::Addressing::kPath;
  const std::string checksums = reader.OneOf(
      "AWS_REQUEST_CHECKSUM_CALCULATION",
      "s3: over TLS, send CRC-32 with what is uploaded (when_required: a signed SHA-256, for "
      "services that do not know CRC-32)",
      {"when_supported", "when_required", "WHEN_SUPPORTED", "WHEN_REQUIRED"});  // AWS takes either
  settings.checksums = checksums == "when_supported" || checksums == "WHEN_SUPPORTED";
  return settings;
}

}  // namespace

Settings ReadSettings(config::Reader& reader, Signs signs) {
  Settings settings;
  const bool s3 = reader.OneOf("DESCANT_STORAGE", "where objects are kept", {"local", "s3"}) == "s3";
  settings.driver = s3 ? DriverKind::kS3 : DriverKind::kLocal;
  settings.local.directory = reader.Optional("DESCANT_STORAGE_DIRECTORY", "local storage: the directory", "");
  if (!s3 && settings.local.directory.empty()) {
    reader.Reject("DESCANT_STORAGE_DIRECTORY", "is required with DESCANT_STORAGE=local");
  }
  if (signs == Signs::kPlayback) {
    settings.local.key =
        reader.Secret("DESCANT_STORAGE_KEY", "signs URLs; shared with the gateway and the CDN", kSecretBytes);
    settings.local.origin =
        ReadOrigin(reader, "DESCANT_PUBLIC_URL",
                   "begins upload and playback URLs, if not the address a client came by", "");
    settings.s3.cdn =
        ReadOrigin(reader, "DESCANT_CDN_URL", "s3: the CDN that serves /media/ of the bucket", "");
  }
  settings.s3.key = settings.local.key;
  settings.s3.origin = settings.local.origin;
  settings.s3.bucket = ReadBucket(reader, s3);
  settings.s3.transfers.ca_file = reader.Optional(
      "AWS_CA_BUNDLE", "s3: certificates (PEM) that are trusted, instead of the system's", "");
  if (!settings.s3.transfers.ca_file.empty() && access(settings.s3.transfers.ca_file.c_str(), R_OK) != 0) {
    reader.Reject("AWS_CA_BUNDLE", "cannot be read");
  }
  settings.s3.credentials = ReadCredentials(reader, settings.s3.bucket.region);
  return settings;
}

std::unique_ptr<Storage> Open(const Settings& settings, runtime::BlockingPool& pool) {
  if (settings.driver == DriverKind::kS3) return OpenS3(settings.s3, pool);
  return OpenLocal(settings.local, pool);
}

}  // namespace descant::storage
