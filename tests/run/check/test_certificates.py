"""A check tells what is wrong with the certificate of a site."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.run.check.advice import ADVICE
from tests.fetch.misbehaving import BASE_URL, Behaviour, Handler, listing, misbehaving_site, project, redirect
from tests.quick import quick
from tests.run.check.checked import A, B, C, check, line

OPENSSL = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here to make a certificate with")


# openssl ca alone makes certificates of the past.
AUTHORITY = """
[ca]
default_ca = here
[here]
database = {0}/index.txt
new_certs_dir = {0}
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
"""


def certificate(folder: Path, name: str, *, is_expired: bool = False) -> Path:
    """A certificate of this name that vouches for itself, with its key in one file."""
    folder.mkdir()
    key, request, pem = folder / "key", folder / "request", folder / "pem"
    names = f"-subj /CN={name} -addext subjectAltName=DNS:{name}".split()
    made = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", *names, "-keyout", str(key)]
    if is_expired:
        config = folder / "config"
        config.write_text(AUTHORITY.format(folder), encoding="utf-8")
        (folder / "index.txt").touch()
        subprocess.run([*made, "-out", str(request)], check=True, capture_output=True)
        signed = [
            "openssl",
            "ca",
            "-selfsign",
            "-batch",
            "-notext",
            "-startdate",
            "20200101000000Z",
            "-enddate",
            "20210101000000Z",
        ]
        signed += ["-config", str(config), "-keyfile", str(key), "-in", str(request)]
        written = subprocess.run(signed, check=True, capture_output=True).stdout
    else:
        written = subprocess.run([*made, "-x509", "-days", "3"], check=True, capture_output=True).stdout
    pem.write_bytes(key.read_bytes() + written)
    return pem


@OPENSSL
@pytest.mark.parametrize(
    ("name", "is_expired", "is_trusted", "said"),
    quick(
        1,
        [
            ("site.test", True, True, "certificate has expired"),
            ("other.test", False, True, "certificate is not valid for 'site.test'"),
            ("site.test", False, False, "self-signed certificate"),
        ],
    ),
    ids=["expired", "another name", "self-signed"],
)
def test_a_certificate_that_fails_is_told_with_what_to_do(
    name: str, is_expired: bool, is_trusted: bool, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path / "tls", name, is_expired=is_expired)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with misbehaving_site(pem) as site:
        report = check(site, tmp_path / "data", base_url=BASE_URL.replace("http:", "https:"))
    assert (report.judgement.verdict, report.judgement.reason) == ("not ready", "certificate")
    assert report.judgement.advice == ADVICE["certificate"]
    assert "TLS: certificate refused" in line(report, "address")
    assert said in report.judgement.why


@OPENSSL
def test_a_certificate_is_told_and_where_plain_http_leads_is_the_address_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path / "tls", "site.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))

    def over_tls(shown: Behaviour) -> Behaviour:
        def send(handler: Handler) -> None:
            (shown if handler.site.asked[-1].is_tls else redirect(f"https://site.test{handler.path}"))(handler)

        return send

    with misbehaving_site(pem) as site:
        site.listing = over_tls(listing([[A, B, C]], 3))
        site.pages = {one: over_tls(project(one)) for one in (A, B, C)}
        report = check(site, tmp_path / "data")
    address = BASE_URL.replace("http:", "https:")
    assert "TLS: certificate of site.test by site.test, valid until 20" in line(report, "address")
    assert f"{BASE_URL}?r=tbl-project-main%2Findex → {address}?r=tbl-project-main%2Findex" in line(report, "address")
    assert len(site.asked) == 10
    assert report.judgement.verdict == "ready"
    assert report.judgement.advice == f"set base_url to {address}, where each page redirects to; then {ADVICE['ready']}"
