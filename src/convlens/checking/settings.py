"""What the caller's `pyproject.toml` says about checks.

The folder of a file that is checked has no say: to check a file is not to trust it.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from convlens.checking.rules import all_rules, nearest
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
        tools = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file} cannot be read: {error}.") from None
    return _settings(file, tools.get("convlens", {}) if isinstance(tools, dict) else {})


def _settings(file: Path, table: object) -> Settings:
    if not isinstance(table, dict):
        raise ConfigError(f"`convlens` under [tool] in {file} should be a table: [tool.convlens].")
    if others := sorted(set(table) - {"ignore"}):
        raise ConfigError(f"[tool.convlens] in {file} knows `ignore = [...]` only, and there is `{others[0]}`.")
    ignore = table.get("ignore", [])
    if isinstance(ignore, str):
        raise ConfigError(f'`ignore` in {file} should be a list, also for a single rule: ignore = ["{ignore}"].')
    if not isinstance(ignore, list) or not all(isinstance(one, str) for one in ignore):
        raise ConfigError(f'`ignore` in {file} should be a list of rules: ignore = ["eval-mode-missing"].')
    for slug in ignore:
        if slug not in all_rules():
            raise ConfigError(f"`ignore` in {file} names {slug!r}, and there is no such rule; {nearest(slug)}")
    return Settings(frozenset(ignore))
