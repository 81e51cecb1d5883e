"""JSON objects that name their own digest, so that one in which a byte changed shows."""

import hashlib
import json
from collections.abc import Mapping

_CHECK = "sha256"


def with_check(data: Mapping[str, object]) -> dict[str, object]:
    """An object with the digest of what it says, to be written as JSON."""
    # As it will be read: a number or a name may not come back as the object that it was.
    return {**data, _CHECK: _digest(json.loads(json.dumps(data)))}


def is_unchanged(data: Mapping[str, object]) -> bool:
    """Whether an object that was read from JSON says what was written; True where it names no digest."""
    return data.get(_CHECK, _digest(data)) == _digest(data)


def _digest(data: Mapping[str, object]) -> str:
    said = {name: value for name, value in data.items() if name != _CHECK}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
