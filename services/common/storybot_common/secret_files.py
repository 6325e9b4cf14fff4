"""Secrets from files: ``NAME_FILE=/run/secrets/name`` in place of ``NAME=value``.

Compose and Swarm put a secret into a file that only its container sees; a variable is seen by whoever may look at the
container, and inherited by every program that it starts.
"""

import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Union, get_args, get_origin, override

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

SUFFIX = "_FILE"


class UnreadableSecret(Exception):
    """One sentence for each secret whose file is of no use."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class SecretFiles(PydanticBaseSettingsSource):
    """Reads the file of every setting that is a ``SecretStr`` and has a variable ``NAME_FILE``.

    Raises UnreadableSecret. A line break at the end of a file is no part of the secret.
    """

    def __init__(self, settings: type[BaseSettings], environment: Mapping[str, str]) -> None:
        super().__init__(settings)
        self._environment = environment

    @override
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = field_name.upper() + SUFFIX
        path = self._environment.get(variable) if _is_secret(field.annotation) else None
        return (_content(field_name.upper(), Path(path), self._environment) if path else None), field_name, False

    @override
    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        wrong: list[str] = []
        for name, field in self.settings_cls.model_fields.items():
            try:
                value, key, _ = self.get_field_value(field, name)
            except UnreadableSecret as error:
                wrong += error.sentences
            else:
                found |= {} if value is None else {key: value}
        if wrong:
            raise UnreadableSecret(wrong)
        return found


def _is_secret(annotation: object) -> bool:
    return SecretStr in set(_parts(annotation))


def _parts(annotation: object) -> Iterator[object]:
    """``SecretStr | None`` is a secret, too."""
    if get_origin(annotation) in {Union, types.UnionType}:
        for part in get_args(annotation):
            yield from _parts(part)
    else:
        yield annotation


def _content(name: str, path: Path, environment: Mapping[str, str]) -> str:
    variable = name + SUFFIX
    if environment.get(name):
        raise UnreadableSecret([f"{name} and {variable} are both set: set one of them"])
    try:
        content = path.read_text().rstrip("\r\n")
    except FileNotFoundError:
        raise UnreadableSecret(
            [f"{variable} names {path}, which does not exist: make it, or correct the path"]
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UnreadableSecret([f"{variable} names {path}, which cannot be read ({reason})"]) from None
    if not content.strip():
        raise UnreadableSecret([f"{variable} names {path}, which is empty: put the secret into it"])
    return content
