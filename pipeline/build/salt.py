"""The secret behind the pseudonyms of user names."""

import contextlib
import hashlib
import os
import re
import secrets
import tempfile
from pathlib import Path

from pipeline.build.errors import BuildInputError
from pipeline.build.inputs import read_runs
from pipeline.core.errors import permission_text
from pipeline.core.files import read_text_file

SALT_FILE = "user-names.salt"
SALT_DRAFT = ".salt-"
# A person may have written a salt by hand; a longer line can only be two lines that became one.
_SHORTEST, _LONGEST = 32, 128
_MADE = 64
_HEXADECIMAL = re.compile(r"[0-9a-f]+")


def user_name_salt(data_dir: Path) -> str:
    """The secret that keys the pseudonyms of user names; made once per data directory and never published.

    Raises BuildInputError for a file that does not hold one.
    """
    path = data_dir / SALT_FILE
    if not path.exists():
        if _was_published(data_dir):
            raise BuildInputError(
                f"{path}: is missing, and the releases have pseudonyms made with it; restore it from a copy, or write "
                f"a new one of {_SHORTEST} letters or more there, which changes every pseudonym"
            )
        # Written aside (mkstemp makes it readable only for the owner) and linked: the file is complete or absent.
        with tempfile.NamedTemporaryFile("w", dir=data_dir, prefix=SALT_DRAFT) as new:
            salt = secrets.token_hex(32)
            new.write(f"{salt}\n{_check_of(salt)}\n")
            new.flush()
            os.fsync(new.fileno())
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(new.name)
    # The second line shows when the salt was damaged, which would change every pseudonym.
    salt, *check = _read(path).split() or [""]
    is_cut = not check and _HEXADECIMAL.fullmatch(salt) is not None and len(salt) != _MADE
    if is_cut or not _SHORTEST <= len(salt) <= _LONGEST or check not in ([], [_check_of(salt)]):
        raise BuildInputError(
            f"{path}: is not the salt that was made here; restore it, or delete it and every pseudonym changes"
        )
    return salt


def _was_published(data_dir: Path) -> bool:
    """Whether a release was made with a salt: by the releases, or by the run records where only these were restored."""
    releases = (data_dir / "curated" / "releases").glob("*/SHA256SUMS")
    return any(releases) or any(run.status == "published" for run in read_runs(data_dir / "runs"))


def _read(path: Path) -> str:
    try:
        return read_text_file(path, errors="replace")
    except PermissionError as error:
        raise BuildInputError(permission_text(error)) from error
    except OSError as error:
        raise BuildInputError(f"{path}: cannot be read ({error.strerror}); restore it from a copy") from error


def _check_of(salt: str) -> str:
    return hashlib.sha256(salt.encode()).hexdigest()
