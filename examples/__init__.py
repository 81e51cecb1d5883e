"""Questions to a release, each a script that draws one page."""
