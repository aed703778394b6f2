"""The tokens of platform/token/edge_token.h, signed here once more from their description alone."""

import base64
import hashlib
import hmac
import time

KEY = "0f" * 32


def _sign(*lines):
    mac = hmac.new(KEY.encode(), "\n".join(str(line) for line in lines).encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def upload(key, size, content_type="audio/wav", expiry=None):
    expiry = int(time.time()) + 60 if expiry is None else expiry
    return f"{expiry}.{size}.{_sign('upload', expiry, size, content_type, key)}"


def playback(prefix, expiry=None):
    expiry = int(time.time()) + 60 if expiry is None else expiry
    depth = prefix.count("/") + 1
    return f"{expiry}.{depth}.{_sign('playback', expiry, depth, prefix)}"
