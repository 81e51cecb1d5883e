"""The addresses of the site's pages: Yii2's routes below the address of its index.php."""

from urllib.parse import quote


def project_url(base_url: str, project_id: str) -> str:
    """The address of a project page; the id stays inside its parameter, for any characters in it."""
    return f"{base_url}?r=tbl-project-main%2Fview&project_id={quote(project_id, safe='', errors='replace')}"


def listing_url(base_url: str) -> str:
    """The address of the first page of the listing."""
    return f"{base_url}?r=tbl-project-main%2Findex"
