"""What the caller's `pyproject.toml` says about checks.

The folder of a file that is checked has no say: to check a file is not to trust it.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from convlens.checking.rules import all_rules
from convlens.errors import ConfigError


@dataclass(frozen=True)
class Settings:
    """`[tool.convlens]`: `ignore` is a list of slugs."""

    ignore: frozenset[str] = frozenset()

    def rules(self) -> list[str]:
        """The slugs that are asked for."""
        return [slug for slug in all_rules() if slug not in self.ignore]


def load(folder: Path) -> Settings:
    """The settings of the nearest `pyproject.toml` in a folder or above.

    Raises:
        ConfigError: it cannot be read, or says something that is not known.
    """
    folder = folder.absolute()
    candidates = [one / "pyproject.toml" for one in (folder, *folder.parents)]
    file = next((one for one in candidates if one.is_file()), None)
    if file is None:
        return Settings()
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("convlens", {})
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file} cannot be read: {error}.") from None
    return _settings(file, table)


def _settings(file: Path, table: object) -> Settings:
    if not isinstance(table, dict) or set(table) - {"ignore"}:
        raise ConfigError(f"[tool.convlens] in {file} should hold `ignore = [...]` and nothing else.")
    ignore = table.get("ignore", [])
    unknown = [one for one in ignore if one not in all_rules()] if isinstance(ignore, list) else [ignore]
    if unknown:
        raise ConfigError(
            f"`ignore` in {file} should be a list of rules, and {unknown[0]!r} is none; `convlens rules` lists them."
        )
    return Settings(frozenset(ignore))
