variable "region" {
  description = "Where the bucket is."
  type        = string
  default     = "eu-central-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "This is no AWS region: eu-central-1, for example."
  }
}

variable "name" {
  description = "Begins the names of everything that is made. The bucket's has to be new in the whole world."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$", var.name))
    error_message = "3 to 40 lower-case letters, digits and hyphens; no hyphen at the ends."
  }
}

variable "site_origins" {
  description = "The sites whose pages upload: https://media.example.org."
  type        = list(string)

  validation {
    condition     = length(var.site_origins) > 0 && alltrue([for origin in var.site_origins : can(regex("^https?://[^/*]+$", origin))])
    error_message = "At least one origin, each with its scheme and without a path or a wildcard."
  }
}

variable "domain" {
  description = "The CDN's own domain name, in the Route 53 zone `zone_id`; null: CloudFront's."
  type        = string
  default     = null

  validation {
    condition     = var.domain == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "This is no domain name: cdn.example.org, for example."
  }
}

variable "zone_id" {
  description = "The Route 53 zone of `domain`."
  type        = string
  default     = null

  validation {
    condition     = (var.zone_id == null) == (var.domain == null)
    error_message = "`domain` and `zone_id` go together."
  }
}

variable "geo_restriction" {
  description = "Who may play: the countries (ISO 3166-1 alpha-2) of an `allow` or a `deny` list; `none`: everyone."
  type = object({
    type      = string
    countries = optional(list(string), [])
  })
  default = { type = "none" }

  validation {
    condition     = contains(["none", "allow", "deny"], var.geo_restriction.type) && (var.geo_restriction.type == "none") == (length(var.geo_restriction.countries) == 0)
    error_message = "none without countries, or allow or deny with some."
  }

  validation {
    condition     = alltrue([for country in var.geo_restriction.countries : can(regex("^[A-Z]{2}$", country))])
    error_message = "Countries are two capital letters: DE, FR."
  }
}

variable "price_class" {
  description = "From where CloudFront serves: PriceClass_100 (Europe, North America), _200 or _All."
  type        = string
  default     = "PriceClass_100"

  validation {
    condition     = contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)
    error_message = "PriceClass_100, PriceClass_200 or PriceClass_All."
  }
}

variable "access_logs" {
  description = "Whether CloudFront logs each request, into a bucket of its own, for 90 days."
  type        = bool
  default     = false
}

variable "assume_role_services" {
  description = "What may take the services' roles: ecs-tasks.amazonaws.com, ec2.amazonaws.com."
  type        = list(string)
  default     = ["ecs-tasks.amazonaws.com"]

  validation {
    condition     = alltrue([for service in var.assume_role_services : endswith(service, ".amazonaws.com")])
    error_message = "Names of AWS services, which end with .amazonaws.com."
  }
}

variable "tags" {
  description = "On everything that is made."
  type        = map(string)
  default     = {}
}
