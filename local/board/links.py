"""Where the links that the bridge writes open on the board."""

import re

_PAGES = (
    (re.compile(r"/cs/cs/app/nodes/(\d+)/?"), "node"),
    (re.compile(r"/cs/cs/app/processes/(\d+)/\d+/\d+/?"), "workflow"),
    (re.compile(r"/webui/plan/[^/]+/view/board/task/([A-Za-z0-9_-]+)/?"), "task"),
)


def find_page(board: str, path: str) -> str | None:
    """
    Find where the board shows what a link into one of the systems means; None: it is no link of a person.

    Args:
        board: its address, without a slash at the end.
        path: of the link, decoded.
    """
    for pattern, kind in _PAGES:
        if found := pattern.fullmatch(path):
            return f"{board}/#{kind}/{found[1]}"
    return None
