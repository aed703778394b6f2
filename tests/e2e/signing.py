"""Tokens as only the platform can make them, with its own keys: to see time alone makes them worthless."""

import base64
import hashlib
import hmac
import json
import subprocess
import tempfile
import time


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def with_claims(stack, token, **claims):
    """The access token with other claims, rightly signed."""
    header, body, _ = token.split(".")
    body = base64url(json.dumps({**json.loads(from_base64url(body)), **claims}).encode())
    seed = hashlib.sha256(f"descant access token key\n{stack.secret('token_secret')}".encode()).digest()
    with tempfile.NamedTemporaryFile() as key, tempfile.NamedTemporaryFile() as message:
        key.write(bytes.fromhex("302e020100300506032b657004220420") + seed)  # PKCS #8 of Ed25519
        message.write(f"{header}.{body}".encode())
        key.flush(), message.flush()
        command = ["openssl", "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", key.name, "-in",
                   message.name]
        signature = subprocess.run(command, check=True, capture_output=True).stdout
    return f"{header}.{body}.{base64url(signature)}"


def expired(stack, token):
    now = int(time.time())
    return with_claims(stack, token, iat=now - 1000, exp=now - 1)


def tampered(token):
    """One bit of the last part is another."""
    head, _, last = token.rpartition(".")
    data = bytearray(from_base64url(last))
    data[0] ^= 1
    return f"{head}.{base64url(bytes(data))}"


def edge_token(stack, purpose, expiry, detail, rest):
    message = f"{purpose}\n{expiry}\n{detail}\n{rest}"
    mac = hmac.digest(stack.secret("storage_key").encode(), message.encode(), "sha256")
    return f"{expiry}.{detail}.{base64url(mac)}"


def split_signed(url):
    """Origin with root, token and the rest of an upload or playback URL."""
    parts = url.split("/", 5)
    return "/".join(parts[:4]), parts[4], parts[5]
