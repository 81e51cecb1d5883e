"""The cookies of one run: those of a session, up to a limit, so that our requests do not become too large."""

from http.cookiejar import Cookie, CookieJar

# A web server reads header lines of 8 kB; the session of a Yii2 application takes three cookies and half a kilobyte.
MOST_COOKIES = 20
MOST_BYTES = 4_096


class SessionCookies(CookieJar):
    """A cookie jar that is full after MOST_COOKIES or MOST_BYTES of names and values.

    A full jar takes new values for the cookies it has, and no others: a site that sets a new name in each response
    keeps the session of its first answer. A cookie that is not ASCII cannot be sent and is not kept.
    """

    def set_cookie(self, cookie: Cookie) -> None:
        self.clear_expired_cookies()
        others = [other for other in self if _place(other) != _place(cookie)]
        pairs = [_pair(other) for other in (*others, cookie)]
        if len(pairs) <= MOST_COOKIES and len("; ".join(pairs)) <= MOST_BYTES and pairs[-1].isascii():
            super().set_cookie(cookie)


def _place(cookie: Cookie) -> tuple[str, str, str]:
    return cookie.domain, cookie.path, cookie.name


def _pair(cookie: Cookie) -> str:
    return cookie.name if cookie.value is None else f"{cookie.name}={cookie.value}"
