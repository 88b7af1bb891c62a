"""What Sphinx and its theme leave to be done on a page: their English words, and what axe finds.

A page has no script in it, and none that runs text as a program, so a server may forbid both, by the policy
``script-src 'self'``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tools.site.course import HOME, Words

OF_THEME = "theme."
SCRIPT = "_static/appearance.js"
INLINE = re.compile(r"<script>\s*(document\.body\.dataset\.theme = [^<]*?)\s*</script>")
PLURAL = re.compile(r"new Function\(\s*\"n\",\s*`return \(\$\{catalog\.plural_expr\}\)`,?\s*\)")
PLURALS = '(catalog.plural_expr === "0" ? () => 0 : (n) => Number(n !== 1))'  # all that our languages need
CHANGES = (  # what is found on a page, and what stands there instead; {} are texts
    (r'<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="{navigation}">'),
    (r'<aside class="toc-drawer">', '<aside class="toc-drawer" aria-label="{page_contents}">'),
    (r'<aside class="toc-drawer no-toc">', '<aside class="toc-drawer no-toc" aria-label="{page_contents}">'),
    (r"<img (?![^>]*loading=)", '<img loading="lazy" '),  # the first view needs few of a page's pictures
    (r"<pre>", '<pre tabindex="0">'),  # what may scroll, keys must reach
    (r'<div class="(table-wrapper [^"]*)">', r'<div class="\1" tabindex="0">'),
    (r'<th class="head"><p></p></th>', "<td></td>"),  # a corner is no heading
    (r'<div id="search-results"></div>', '<h1>{search}</h1>\n<div id="search-results"></div>'),
    (r'<script src="searchindex.js"></script>', '<script src="_static/index_when_asked.js"></script>'),
    (r"</head>", '<link rel="icon" href="data:,"></head>'),  # or a browser asks for one that is not there
)
PICTURE = re.compile(r'<img ([^>]*?)src="([^"]*/?_images/([\w-]+))\.png"')


def finish(site: Path, words: Words) -> None:
    """Every page of a language, in place."""
    own = _texts(words)
    tools = site / "_static" / "doctools.js"
    tools.write_text(PLURAL.sub(PLURALS, tools.read_text("utf-8")), "utf-8")
    sizes = {path.stem: _made_small(path) for path in (site / "_images").glob("*.png")}
    for path in site.rglob("*.html"):
        page = path.read_text("utf-8")
        up = "../" * len(path.relative_to(site).parents[:-1])
        if found := INLINE.search(page):
            (site / SCRIPT).write_text(found[1] + "\n", "utf-8")
            page = INLINE.sub(f'<script src="{up}{SCRIPT}"></script>', page)
        path.write_text(_with_sizes(finished(page, own), sizes), "utf-8")


def _made_small(picture: Path) -> tuple[int, int]:
    """A picture as WebP, which loses nothing of it; its width and height."""
    from PIL import Image

    with Image.open(picture) as image:
        image.save(picture.with_suffix(".webp"), lossless=True, method=6)
        size = image.size
    picture.unlink()
    return size


def _with_sizes(page: str, sizes: Mapping[str, tuple[int, int]]) -> str:
    """A page whose pictures have their sizes: nothing jumps, and those far below are not loaded at first."""

    def sized(found: re.Match[str]) -> str:
        width, height = sizes[found[3]]
        return f'<img {found[1]}src="{found[2]}.webp" width="{width}" height="{height}"'

    return PICTURE.sub(sized, page)


def finished(page: str, own: dict[str, str]) -> str:
    """A page with its changes, in its own words."""
    for key, english in _texts(Words(HOME)).items():
        before, _, after = map(re.escape, english.partition("{title}"))
        if after or english.endswith("{title}"):
            page = re.sub(f'(?<="){before}([^"]*){after}(?=")', lambda m, k=key: own[k].format(title=m[1]), page)
        else:
            page = re.sub(f'(?<=[>"])(\\s*){before}(\\s*)(?=[<"])', lambda m, k=key: m[1] + own[k] + m[2], page)
    for pattern, replacement in CHANGES:
        text = re.sub(r"\{(\w+)\}", lambda m: own[m[1]], replacement)
        page = re.sub(pattern, text, page)
    return page


def _texts(words: Words) -> dict[str, str]:
    """The theme's words by their keys."""
    return {key.removeprefix(OF_THEME): text for key, text in words.table.items() if key.startswith(OF_THEME)}
