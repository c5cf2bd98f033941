"""Signing a message as standardwebhooks.com (v1) has it: HMAC-SHA256 over id, time and body."""

import base64
import binascii
import hashlib
import hmac
from typing import Final

PREFIX: Final = "whsec_"


def signed(secret: str, id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers. The receiver refuses what is more than some minutes old, so a retry is signed anew;
    the id stays, by which he knows it again."""
    content = f"{id}.{timestamp}.".encode() + body
    digest = hmac.new(_key(secret), content, hashlib.sha256).digest()
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _key(secret: str) -> bytes:
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()
