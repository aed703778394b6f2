# CloudFront in front of the bucket. A function at viewer request lets nobody through without a token (gateway/edge).

locals {
  # edge.js is a module for NGINX; a function has no exports.
  edge_code = join("\n", [
    file("${path.module}/../../gateway/edge/cloudfront.js"),
    replace(file("${path.module}/../../gateway/edge/edge.js"), "/(?m)^export default .*$/", ""),
  ])
  origin_id = "media"
}

# Signs playback URLs; the content service has it as DESCANT_STORAGE_KEY.
resource "random_bytes" "edge_key" {
  length = 32
}

resource "aws_cloudfront_key_value_store" "edge" {
  name    = "${var.name}-edge"
  comment = "The key that playback tokens are verified by"
}

resource "aws_cloudfrontkeyvaluestore_key" "edge" {
  key_value_store_arn = aws_cloudfront_key_value_store.edge.arn
  key                 = "edge-key"
  value               = random_bytes.edge_key.hex
}

resource "aws_cloudfront_function" "edge" {
  name                         = "${var.name}-edge"
  runtime                      = "cloudfront-js-2.0"
  comment                      = "Verifies playback tokens"
  publish                      = true
  code                         = local.edge_code
  key_value_store_associations = [aws_cloudfront_key_value_store.edge.arn]
}

resource "aws_cloudfront_origin_access_control" "media" {
  name                              = "${var.name}-media"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

# Playlists may grow while a conversion runs.
resource "aws_cloudfront_cache_policy" "playlists" {
  name        = "${var.name}-playlists"
  min_ttl     = 0
  default_ttl = 2
  max_ttl     = 2

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = true
    enable_accept_encoding_gzip   = true

    cookies_config {
      cookie_behavior = "none"
    }
    headers_config {
      header_behavior = "none"
    }
    query_strings_config {
      query_string_behavior = "none"
    }
  }
}

# Everything else never changes.
resource "aws_cloudfront_cache_policy" "segments" {
  name        = "${var.name}-segments"
  min_ttl     = 86400
  default_ttl = 31536000
  max_ttl     = 31536000

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = false
    enable_accept_encoding_gzip   = false

    cookies_config {
      cookie_behavior = "none"
    }
    headers_config {
      header_behavior = "none"
    }
    query_strings_config {
      query_string_behavior = "none"
    }
  }
}

resource "aws_cloudfront_response_headers_policy" "media" {
  for_each = {
    playlists = "private, no-cache"
    segments  = "private, max-age=31536000, immutable"
  }
  name = "${var.name}-${each.key}"

  cors_config {
    access_control_allow_credentials = false
    access_control_max_age_sec       = 86400
    origin_override                  = true

    access_control_allow_headers {
      items = ["Range", "If-None-Match", "If-Range"]
    }
    access_control_allow_methods {
      items = ["GET", "HEAD", "OPTIONS"]
    }
    access_control_allow_origins {
      items = ["*"]
    }
    access_control_expose_headers {
      items = ["Accept-Ranges", "Content-Length", "Content-Range", "ETag"]
    }
  }

  custom_headers_config {
    items {
      header   = "Cache-Control"
      value    = each.value
      override = true
    }
  }

  security_headers_config {
    content_type_options {
      override = true
    }
    strict_transport_security {
      access_control_max_age_sec = 31536000
      override                   = true
    }
  }
}

resource "aws_cloudfront_distribution" "media" {
  enabled         = true
  comment         = "${var.name}: playback"
  http_version    = "http2and3"
  is_ipv6_enabled = true
  price_class     = var.price_class
  aliases         = var.domain == null ? [] : [var.domain]

  origin {
    origin_id                = local.origin_id
    domain_name              = aws_s3_bucket.media.bucket_regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.media.id
  }

  default_cache_behavior {
    target_origin_id           = local.origin_id
    allowed_methods            = ["GET", "HEAD", "OPTIONS"]
    cached_methods             = ["GET", "HEAD"]
    viewer_protocol_policy     = "https-only"
    compress                   = false
    cache_policy_id            = aws_cloudfront_cache_policy.segments.id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.media["segments"].id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.edge.arn
    }
  }

  ordered_cache_behavior {
    path_pattern               = "*.m3u8"
    target_origin_id           = local.origin_id
    allowed_methods            = ["GET", "HEAD", "OPTIONS"]
    cached_methods             = ["GET", "HEAD"]
    viewer_protocol_policy     = "https-only"
    compress                   = true
    cache_policy_id            = aws_cloudfront_cache_policy.playlists.id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.media["playlists"].id

    function_association {
      event_type   = "viewer-request"
      function_arn = aws_cloudfront_function.edge.arn
    }
  }

  # S3 answers 403 for what is not there.
  custom_error_response {
    error_code            = 403
    error_caching_min_ttl = 1
  }
  custom_error_response {
    error_code            = 404
    error_caching_min_ttl = 1
  }

  restrictions {
    geo_restriction {
      restriction_type = { none = "none", allow = "whitelist", deny = "blacklist" }[var.geo_restriction.type]
      locations        = var.geo_restriction.countries
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = var.domain == null
    acm_certificate_arn            = var.domain == null ? null : aws_acm_certificate_validation.cdn[0].certificate_arn
    minimum_protocol_version       = var.domain == null ? null : "TLSv1.2_2021"
    ssl_support_method             = var.domain == null ? null : "sni-only"
  }

  dynamic "logging_config" {
    for_each = aws_s3_bucket.logs
    content {
      bucket          = logging_config.value.bucket_domain_name
      prefix          = "cdn/"
      include_cookies = false
    }
  }

  depends_on = [aws_cloudfrontkeyvaluestore_key.edge, aws_s3_bucket_ownership_controls.logs]
}
