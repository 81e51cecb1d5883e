"""The built-in source: a server on loopback that replays the pages of site/ the way Yii2 serves them.

Does: answers as the real application would, with a fresh CSRF token in every page.
Never: is asked by a run of another source. All but one of its projects are invented.

- server: routes, listing, pager
- earlier_night: earlier captures of six pages, to be imported
- site/: the pages, and manifest.json, which says which file answers for which project
"""
