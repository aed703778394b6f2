# What the services may do, and no more. The content service signs URLs for clients, so it has to have what they are for.

data "aws_iam_policy_document" "content" {
  statement {
    sid       = "TakeUploads"
    actions   = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
    resources = ["${aws_s3_bucket.media.arn}/uploads/*"]
  }

  # Playlists for players without the CDN, and what nothing uses any more.
  statement {
    sid       = "ServeAndTidyMedia"
    actions   = ["s3:GetObject", "s3:DeleteObject"]
    resources = ["${aws_s3_bucket.media.arn}/media/*"]
  }

  # That creators choose.
  statement {
    sid       = "KeepCovers"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.media.arn}/media/*/cover/*"]
  }

  # Without the right to list, S3 answers 403 for an absent object instead of 404.
  statement {
    sid       = "See"
    actions   = ["s3:ListBucket", "s3:ListBucketMultipartUploads"]
    resources = [aws_s3_bucket.media.arn]
  }
}

data "aws_iam_policy_document" "conversion" {
  statement {
    sid       = "TakeSources"
    actions   = ["s3:GetObject", "s3:DeleteObject"]
    resources = ["${aws_s3_bucket.media.arn}/uploads/*"]
  }

  statement {
    sid       = "Publish"
    actions   = ["s3:PutObject", "s3:GetObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    resources = ["${aws_s3_bucket.media.arn}/media/*"]
  }

  statement {
    sid       = "See"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.media.arn]
  }
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = var.assume_role_services
    }
  }
}

locals {
  policies = {
    content    = data.aws_iam_policy_document.content.json
    conversion = data.aws_iam_policy_document.conversion.json
  }
}

resource "aws_iam_role" "service" {
  for_each           = local.policies
  name               = "${var.name}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_policy" "service" {
  for_each = local.policies
  name     = "${var.name}-${each.key}"
  policy   = each.value
}

resource "aws_iam_role_policy_attachment" "service" {
  for_each   = local.policies
  role       = aws_iam_role.service[each.key].name
  policy_arn = aws_iam_policy.service[each.key].arn
}
