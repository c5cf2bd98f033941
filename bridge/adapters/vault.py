"""The clear transcript in a record, for those alone who have the key."""

from cryptography.fernet import Fernet


class FernetVault:
    """Keeps `bridge.ports.Vault`. A token is URL-safe base64: AES-128-CBC under an HMAC-SHA256.

    Raises `ValueError` for a key that is not 32 bytes in URL-safe base64.
    """

    def __init__(self, key: str) -> None:
        self._fernet = Fernet(key)

    def seal(self, clear: bytes) -> str:
        return self._fernet.encrypt(clear).decode()

    def open(self, sealed: str) -> bytes:
        """Raises `cryptography.fernet.InvalidToken` for another key's, or a changed token."""
        return self._fernet.decrypt(sealed.encode())
