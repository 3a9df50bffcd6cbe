"""What a reviewer wrote, told from what the rule itself wrote into the new task."""

import re
import unicodedata

from shared.mapping.language.text import folded
from shared.models.text import cut
from shared.models.wanted import CommentRule, WantedTask

LONGEST_SEED = 4_000
_WORD = re.compile(r"\w+")


def seed_of(wanted: WantedTask) -> str:
    """
    Return what a rule writes into a new task, where an outcome takes people's words along; it is kept with the item.

    What the rule would write later tells nothing: a document is renamed, or the mapping edited, and the text that
    stands in the task would pass for the reviewer's.
    """
    takes_words = any(outcome.comment is not CommentRule.NONE for outcome in wanted.outcomes)
    return cut(wanted.description, LONGEST_SEED) if takes_words else ""


def own_words(text: str, seed: str) -> str:
    """
    Return what people wrote, on one line: without the lines that the rule wrote, and of more than its words.

    Args:
        text: what stands around the bridge's block.
        seed: what the rule wrote.

    Returns:
        "": nothing, signs that nobody sees, or only a part of what the rule wrote.
    """
    given = {folded(line) for line in seed.splitlines()}
    said = " ".join(" ".join(line.split()) for line in text.splitlines() if folded(line) and folded(line) not in given)
    return said if _words(said) - _words(seed) else ""


def _words(text: str) -> set[str]:
    seen = folded(text)
    # A thumb that points up is an answer, too.
    signs = {sign for sign in seen if unicodedata.category(sign).startswith("S")}
    return {word.casefold() for word in _WORD.findall(seen)} | signs
