output "env" {
  description = "The storage settings of deploy/docker/.env."
  value       = <<-END
    DESCANT_STORAGE=s3
    DESCANT_S3_REGION=${var.region}
    DESCANT_S3_BUCKET=${aws_s3_bucket.media.bucket}
    DESCANT_CDN_URL=https://${var.domain == null ? aws_cloudfront_distribution.media.domain_name : var.domain}
    DESCANT_MEDIA_ORIGINS=https://${var.domain == null ? aws_cloudfront_distribution.media.domain_name : var.domain} https://${aws_s3_bucket.media.bucket_regional_domain_name}
  END
}

output "storage_key" {
  description = "DESCANT_STORAGE_KEY of the content service and the gateway; deploy/docker/secrets/storage_key."
  value       = random_bytes.edge_key.hex
  sensitive   = true
}

output "policy_arns" {
  description = "The policies of the services, for users or roles that were made elsewhere."
  value       = { for service, policy in aws_iam_policy.service : service => policy.arn }
}

output "role_arns" {
  description = "The roles of the services."
  value       = { for service, role in aws_iam_role.service : service => role.arn }
}
