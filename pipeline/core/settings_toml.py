"""Every setting as a bma-projects.toml, with its reason where it has one."""

import json
from collections.abc import Iterator

from pipeline.core.settings import GateSettings, Settings
from pipeline.core.settings_file import keys_and_values

_SECRETS = frozenset({"alarm.url", "alarm.command"})


def settings_as_toml(settings: Settings) -> Iterator[str]:
    """The lines of a settings file; a setting without a value, or a secret one, becomes a comment."""
    reasons = {f"gate.{name}": field.description for name, field in GateSettings.model_fields.items()}
    table = ""
    for key, value in keys_and_values(settings):
        owner, _, option = key.rpartition(".")
        if owner != table:
            table = owner
            yield ""
            yield f"[{table}]"
        reason = f"  # {reasons[key]}" if reasons.get(key) else ""
        if key in _SECRETS and value:
            yield f"# {option} is set, and secret"
        elif value is None:
            yield f"# {option} ="
        else:
            yield f"{option} = {json.dumps(value, ensure_ascii=False, default=str)}{reason}"
