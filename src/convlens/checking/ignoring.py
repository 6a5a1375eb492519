"""Comments that ask for silence: `# convlens: ignore[eval-mode-missing]`, or about every rule without the brackets."""

import re
from collections.abc import Iterator

from convlens.checking.rules import all_rules, nearest
from convlens.checking.source import Source

_IGNORE = re.compile(r"convlens:\s*ignore(?:\[([^\]]*)\]?)?", re.IGNORECASE)


def is_ignored(source: Source, rule: str, line: int) -> bool:
    """Whether a comment on the line asks for silence about the rule."""
    asked = _IGNORE.search(source.comments.get(line, ""))
    return asked is not None and (not asked[1] or rule in _slugs(asked[1]))


def unknown_rules(source: Source) -> Iterator[str]:
    """A sentence for each rule that a comment names and that there is not: the comment has no effect."""
    if "convlens:" not in source.text.lower():
        return
    for line, comment in source.comments.items():
        asked = _IGNORE.search(comment)
        for slug in _slugs(asked[1] or "") if asked else []:
            if slug not in all_rules():
                yield f"{source.file}, {source.place(line)}: there is no rule {slug!r} to ignore; {nearest(slug)}"


def _slugs(text: str) -> list[str]:
    return [slug for slug in re.split(r"[\s,]+", text) if slug]
