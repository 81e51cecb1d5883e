"""JSON objects that hold their own digest, so that a changed byte is found."""

import hashlib
import json
from collections.abc import Mapping

_CHECK = "sha256"


def with_check(data: Mapping[str, object]) -> dict[str, object]:
    """An object with the digest of its content added, to be written as JSON."""
    # The digest is taken over what a reader gets: JSON may give a number or a name back as another object.
    return {**data, _CHECK: _digest(json.loads(json.dumps(data)))}


def is_unchanged(data: Mapping[str, object]) -> bool:
    """Whether an object that was read from JSON is as it was written; True where it holds no digest."""
    return data.get(_CHECK, _digest(data)) == _digest(data)


def _digest(data: Mapping[str, object]) -> str:
    said = {name: value for name, value in data.items() if name != _CHECK}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
