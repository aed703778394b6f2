// What both drivers do when they sign.
#pragma once

#include <string>
#include <string_view>

#include "platform/storage/storage.h"

namespace descant::storage {

// Throws Error kInvalidArgument `invalid_content_type` for one that could not stand in a header.
void CheckContentType(std::string_view content_type);

// Throws Error kInvalidArgument `invalid_key` for what is no media.
void CheckMedia(const PlaybackRequest& request);

// <root><token><path>, where the object's key is media/<path>: see platform/token/edge_token.h. `root`: with
// its slash. Throws Error kInvalidArgument `invalid_key` for what is no media.
PlaybackGrant PlaybackUrl(const PlaybackRequest& request, std::string_view key, const std::string& root);

// What PlaybackUrl takes, of one object.
PlaybackRequest RequestOf(std::string_view key, std::chrono::seconds lifetime, std::string origin);

}  // namespace descant::storage
