"""What a script's ``#SBATCH`` lines set, read as sbatch reads them.

sbatch splits these lines into words by rules of its own, which are not those of
a shell, and hands the words to getopt. Each rule here was seen at sbatch 22.05.
What sbatch refuses may be read in any way: there will be no job.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from . import arguments

_MARKS: Final = ("#SBATCH", "#SLURM")
_BLANKS: Final = " \t\n\v\f\r"  # isspace() of C; Python takes more for a blank
_PIECES: Final = r"""\\.?|"(?:\\.|[^\\"])*"|'(?:\\.|[^\\'])*'|[^\s\\"'#]+"""
_PIECE: Final = re.compile(_PIECES, re.ASCII)
_WORD: Final = re.compile(rf"\s*((?:{_PIECES})+)", re.ASCII)
_ESCAPED: Final = re.compile(r"\\(.?)")
_NEXT_COMPONENT: Final = ("hetjob", "packjob")


def value(script: str, name: str, short: str | None = None) -> str | None:
    """Return what a script sets an option to; the last time counts.

    Of a heterogeneous job it is the first component's that sets it.
    """
    for words in components(script):
        given = [text for option, text in _options(words) if option in (name, short)]
        if given:
            return given[-1]
    return None


def components(script: str) -> list[list[str]]:
    """Return the words of a script's lines, by component; most jobs have one."""
    found: list[list[str]] = [[]]
    for line in _lines(script):
        words = list(_split(line))
        if words and words[0] in _NEXT_COMPONENT:
            found.append([])
        else:
            found[-1] += _plain(words)
    return found


def _lines(script: str) -> Iterator[str]:
    """Yield what stands behind the marks, up to the first line that is a command."""
    for line in script.split("\n")[1:]:
        if line.strip(_BLANKS)[:1] not in ("", "#"):
            return
        for mark in _MARKS:
            if line.startswith(mark):
                yield line.removeprefix(mark)


def _split(line: str) -> Iterator[str]:
    """Yield a line's words with their quotes; a comment or an open quote ends it."""
    at = 0
    while found := _WORD.match(line, at):
        yield found[1]
        at = found.end()


def _plain(words: Iterable[str]) -> Iterator[str]:
    """Yield words without their quotes; an empty one ends the line, as ``hetjob`` does."""
    for word in words:
        text = "".join(_unquoted(piece) for piece in _PIECE.findall(word))
        if not text or word in _NEXT_COMPONENT:
            return
        yield text


def _unquoted(piece: str) -> str:
    return _ESCAPED.sub(r"\1", piece[1:-1] if piece[0] in "\"'" else piece)


def _options(words: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Yield options with their values, as getopt finds them."""
    rest = iter(words)
    for word in rest:
        yield from arguments.options(word, rest)
