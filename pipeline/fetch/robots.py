"""What a site's robots.txt lets our robot ask for, and how often."""

from protego import Protego

from pipeline.core.version import NAME


class Robots:
    """The rules of one robots.txt for our robot; a site without one allows everything (RFC 9309)."""

    def __init__(self, text: str = "") -> None:
        self._rules = Protego.parse(text)

    def allows(self, url: str) -> bool:
        return self._rules.can_fetch(url, NAME)

    @property
    def interval(self) -> float:
        """Seconds between two requests that Crawl-delay and Request-rate ask for."""
        rate = self._rules.request_rate(NAME)
        spacing = rate.seconds / rate.requests if rate is not None and rate.requests else 0.0
        return max(self._rules.crawl_delay(NAME) or 0.0, spacing)
