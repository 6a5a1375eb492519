"""The page's files, which are sent as they are."""

from pathlib import Path

PAGE = Path(__file__).parent / "page"
PALETTE = Path(__file__).parents[1] / "report" / "templates" / "palette.css"
"""The report's colours are the page's."""
# Not the system's list, which may call a module plain text, and then no browser runs it.
_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".py": "text/plain",
}


class Files:
    """The files below a folder, under the addresses that the page has for them."""

    def __init__(self, folder: Path = PAGE) -> None:
        self._folder = folder.resolve()

    def page(self) -> str:
        """The page's HTML."""
        return (self._folder / "index.html").read_text(encoding="utf-8")

    def find(self, address: str) -> tuple[bytes, str] | None:
        """A file's content and media type; None where there is no such file.

        Args:
            address: relative to the page's, such as `js/main.js`; empty for the page itself.
        """
        file = PALETTE if address == "style/palette.css" else self._path(address or "index.html")
        media_type = _TYPES.get(file.suffix)
        if media_type is None or not file.is_file():
            return None
        return file.read_bytes(), media_type

    def addresses(self, folder: str, suffix: str) -> list[str]:
        """The addresses of the files with a suffix below a folder, in order; the palette not among them."""
        found = (self._folder / folder).rglob(f"*{suffix}")
        return sorted(file.relative_to(self._folder).as_posix() for file in found)

    def _path(self, address: str) -> Path:
        try:
            file = (self._folder / address).resolve()
        except (ValueError, OSError):  # a null byte, a name too long
            return self._folder
        return file if file.is_relative_to(self._folder) else self._folder
