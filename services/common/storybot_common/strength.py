"""Which passwords are good enough for production."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

MIN_LENGTH = 16


def strong_password(secret: SecretStr) -> SecretStr:
    """Raises ValueError, without the password."""
    value = secret.get_secret_value()
    if "development" in value.lower():
        raise ValueError("still holds the development default: set a value of your own (`make secrets` makes one)")
    if len(value) < MIN_LENGTH:
        raise ValueError(f"must have {MIN_LENGTH} characters or more (`make secrets` makes one)")
    return secret


def strong_url(secret: SecretStr) -> SecretStr:
    """The same for the password in a URL."""
    strong_password(SecretStr(urlsplit(secret.get_secret_value()).password or ""))
    return secret


StrongPassword = Annotated[SecretStr, AfterValidator(strong_password)]
StrongUrl = Annotated[SecretStr, AfterValidator(strong_url)]
