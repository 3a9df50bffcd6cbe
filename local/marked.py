"""Tables that a command writes into a document, between two marks that stay there."""

from pathlib import Path


def put_between(document: Path, begin: str, end: str, made: str, *, what: str) -> None:
    """
    Put what was made into a document, in place of what stands between two marks.

    Args:
        what: it is, for the message.

    Raises:
        ValueError: they are not there.
    """
    document.write_text(between(document.read_text("utf-8"), begin, end, made, what=what), "utf-8")


def between(text: str, begin: str, end: str, made: str, *, what: str) -> str:
    """Return a text with what was made in place of what stands between two marks. Raises ValueError: no marks."""
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        message = f"no place for {what}"
        raise ValueError(message)
    return f"{before}{begin}{made}{end}{after}"
