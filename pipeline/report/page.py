"""A page as one file: template, styles and scripts combined under a policy that blocks all other code."""

import base64
import functools
import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from parsers.issue_codes import message_in_thai
from pipeline.core import thai_time
from pipeline.core.text import show_command, show_invisible, spans, web_address
from pipeline.report import charts
from pipeline.report.records import ReportedIssue


def write_page(template: str, styles: Sequence[str], scripts: Sequence[str], **values: object) -> str:
    """One HTML text of a template and its values; styles and scripts are files beside it, in the required order."""
    style, script = _joined(styles), _joined(scripts)
    scripts_allowed = f"script-src '{_hash(script)}'; " if script else ""
    policy = (
        f"default-src 'none'; {scripts_allowed}style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    # One module, so that the scripts see each other's names and other code does not.
    return (
        environment().get_template(template).render(policy=policy, style=Markup(style), script=Markup(script), **values)  # noqa: S704 - our own files
    )


def _joined(names: Sequence[str]) -> str:
    folder = resources.files("pipeline.report").joinpath("templates")
    return "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@functools.cache
def environment() -> Environment:
    """Templates with every value escaped; Markdown is not escaped and puts page text into code spans."""
    environment = Environment(
        loader=PackageLoader("pipeline.report"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "shown": shown,
        "code_span": _code_span,
        "tidy": _tidy,
        "thai": thai_time.in_thai,
        "english": thai_time.in_english,
        "web_address": web_address,
        "show_command": show_command,
        "thai_message": _thai_message,
        "plural": plural,
    }
    environment.globals |= {"shares": charts.shares, "lengths": charts.lengths}
    return environment


def shown(text: object) -> Markup:
    """Text from a page, isolated from its surroundings, its invisible characters as marks."""
    if text is None:
        return Markup('<span class="none">∅</span>')
    parts = [
        escape(span.text)
        if span.name is None
        else Markup('<span class="mark" title="{}">{}</span>').format(span.name, span.text)
        for span in spans(str(text))
    ]
    return Markup("<bdi>{}</bdi>").format(Markup("").join(parts))


def plural(noun: str, n: int | None) -> str:
    """A regular noun as it is after a number."""
    return noun if n == 1 else f"{noun}s"


def _thai_message(template: str, issue: ReportedIssue | Mapping[str, object]) -> str:
    """The message of an issue in Thai."""
    said = issue._asdict() if isinstance(issue, ReportedIssue) else issue
    label, raw, row = said["label"], said["raw"], said["ordinal"]
    return message_in_thai(
        template,
        label=label if isinstance(label, str) else None,
        raw=raw if isinstance(raw, str) else None,
        row=row if isinstance(row, int) else None,
    )


def _tidy(value: str) -> str:
    """A number from a table with thousands separators and without trailing zeros; a date is unchanged."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    whole, _, decimals = f"{number:,f}".partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole}.{decimals}" if decimals else whole


def _code_span(text: object) -> str:
    """Text from a page as a Markdown code span, where no markup, link or mention works."""
    said = show_invisible(str(text))
    fence = "`"
    while fence in said:
        fence += "`"
    return f"{fence} {said} {fence}" if "`" in said else f"`{said}`"
