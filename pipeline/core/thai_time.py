"""Moments as people in Bangkok write them."""

import datetime as dt

# Thailand keeps UTC+7 the whole year; no time-zone database is needed for it.
BANGKOK = dt.timezone(dt.timedelta(hours=7), "Asia/Bangkok")
MONTHS_TH = ("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค.")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def in_thai(moment: str | None) -> str:
    """An ISO 8601 moment in Thai words and the Buddhist era, such as `23 พ.ย. 2569 01:52 น.`; `–` for none."""
    when = _parsed(moment)
    return f"{when.day} {MONTHS_TH[when.month - 1]} {when.year + 543} {when:%H:%M} น." if when else "–"


def in_english(moment: str | None) -> str:
    """The same in English, such as `23 Nov 2026 01:52`."""
    when = _parsed(moment)
    return f"{when.day} {MONTHS_EN[when.month - 1]} {when.year} {when:%H:%M}" if when else "–"


def bangkok_day(moment: str | None) -> dt.date | None:
    """The day in Bangkok on which an ISO 8601 moment falls; None for none."""
    when = _parsed(moment)
    return when.date() if when else None


def short_day(moment: str | None) -> str:
    """Day and month in figures, such as `23/11`, for the axis of a chart."""
    when = _parsed(moment)
    return f"{when:%d/%m}" if when else "–"


def _parsed(moment: str | None) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(moment).astimezone(BANGKOK) if moment else None
    except (ValueError, OverflowError):
        return None
