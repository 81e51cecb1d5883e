"""Reports the end of a run: a POST in the form of healthchecks.io, and a command after a bad end."""

import http.client
import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from threading import Thread
from urllib.parse import urlsplit

from pipeline.core.log import RunLog
from pipeline.core.settings import AlarmSettings
from pipeline.core.version import product_token

_SUMMARY = (
    "run_id",
    "command",
    "status",
    "exit_code",
    "started_at",
    "finished_at",
    "counts",
    "rows",
    "issues",
    "problems",
    "gate",
    "release",
)


class Alarm:
    """Notifies others of one run; trouble with this is a warning and never fails the run."""

    def __init__(self, settings: AlarmSettings, log: RunLog) -> None:
        self._settings, self._log = settings, log

    def started(self, record: Mapping[str, object]) -> None:
        """Report that a run begins."""
        self._post("/start", record)

    def ended(self, record: Mapping[str, object], exit_code: int) -> None:
        """Report how a run ended: exit code 0 is good, any other is not."""
        summary = {**record, "exit_code": exit_code}
        self._post("" if exit_code == 0 else "/fail", summary)
        if exit_code != 0 and self._settings.command:
            self._run_command(_as_json(summary))

    def _post(self, path: str, record: Mapping[str, object]) -> None:
        if not self._settings.url:
            return
        address = urlsplit(self._settings.url)
        url = address._replace(path=address.path.rstrip("/") + path).geturl()
        headers = {"Content-Type": "application/json", "User-Agent": product_token()}
        request = urllib.request.Request(url, _as_json(record), headers)  # noqa: S310 - the settings allow http(s) alone
        trouble: list[object] = ["it takes too long"]
        # The timeout of a socket starts again with every byte, so this waits for the whole call, and then abandons it.
        call = Thread(target=self._call, args=(request, trouble), daemon=True)
        call.start()
        call.join(self._settings.timeout)
        if trouble:
            # The address is a secret: only its host is named.
            said = f"the alarm at {address.hostname} cannot be reached ({trouble[-1]}); the run is not affected"
            self._log.warning(said)

    def _call(self, request: urllib.request.Request, trouble: list[object]) -> None:
        try:
            with urllib.request.urlopen(request, timeout=self._settings.timeout):  # noqa: S310
                trouble.clear()
        except urllib.error.URLError as error:
            trouble.append(error.reason)
        except (OSError, ValueError, http.client.HTTPException) as error:
            trouble.append(type(error).__name__)

    def _run_command(self, summary: bytes) -> None:
        try:
            done = subprocess.run(  # noqa: S602 - a shell command is what the setting asks for
                self._settings.command,
                shell=True,
                input=summary,
                stdout=subprocess.DEVNULL,
                timeout=self._settings.timeout,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            said = "took too long" if isinstance(error, subprocess.TimeoutExpired) else str(error.strerror)
            self._log.warning(f"the command of alarm.command {said}; the run is not affected")
            return
        if done.returncode:
            self._log.warning(f"the command of alarm.command ended with {done.returncode}; the run is not affected")


def _as_json(record: Mapping[str, object]) -> bytes:
    return json.dumps({key: record[key] for key in _SUMMARY if key in record}, ensure_ascii=False).encode()
