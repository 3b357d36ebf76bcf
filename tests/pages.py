"""The pages that tell people what to do, as blocks of code and what each prints."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = (
    ROOT / "README.md",
    ROOT / "docs" / "tutorial.md",
    *sorted((ROOT / "docs" / "howto").glob("*.md")),
)
"""What is run; all other pages only show."""

_FENCED: Final = re.compile(
    r"(?:^<!-- not run: (?P<reason>[^\n]+) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_ID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<!\d)123\d\d(?!\d)"
_PARTS: Final = re.compile(rf"(\.\.\.|\s+|{_ID})")


@dataclass(slots=True)
class Block:
    """A block of code, why it is not run if it is not, and what the page shows that it prints."""

    line: int
    language: str
    code: str
    reason: str | None
    shown: str | None = None


def blocks(page: Path) -> list[Block]:
    """Return a page's blocks of code, each with the block ``output`` that follows it."""
    text = page.read_text()
    found: list[Block] = []
    for fenced in _FENCED.finditer(text):
        if fenced["language"] == "output":
            found[-1].shown = fenced["text"]
        else:
            line = text.count("\n", 0, fenced.start("language")) + 1
            found.append(Block(line, fenced["language"], fenced["text"], fenced["reason"]))
    return found


@dataclass
class Ids:
    """The ids of jobs that a page shows (UUIDs, and 123xx), and those that there really are."""

    real: dict[str, str] = field(default_factory=dict)

    def put_into(self, code: str) -> str:
        """Return code with the real ids in it."""
        return re.sub(_ID, lambda shown: self.real.get(shown[0], shown[0]), code)

    def fits(self, shown: str, printed: str) -> bool:
        """Tell whether that was printed, and learn from it which id stands for which.

        ``...`` is anything, and white space any or none.
        """
        new: dict[str, str] = {}
        found = re.fullmatch(self._pattern(shown, new), printed.strip(), re.DOTALL)
        if found:
            self.real |= {one: found[group] for one, group in new.items()}
        return found is not None

    def _pattern(self, shown: str, new: dict[str, str]) -> str:
        return "".join(self._part(part, new) for part in _PARTS.split(shown.strip()))

    def _part(self, part: str, new: dict[str, str]) -> str:
        if part == "...":
            return ".*?"
        if part.isspace():
            return r"\s*"
        if part in new:
            return f"(?P={new[part]})"
        if re.fullmatch(_ID, part) and part not in self.real:
            new[part] = f"id{len(new)}"
            return f"(?P<{new[part]}>[0-9a-f-]+)"
        return re.escape(self.real.get(part, part))
