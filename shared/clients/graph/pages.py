"""Pages of a collection of Graph's: read whole, or row by row where a row can't be read."""

import logging
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, Field

from shared.clients.graph.answers import Answer, parse, read_rows
from shared.errors import UnavailableError
from shared.models.base import Foreign
from shared.models.listed import Listed

log = logging.getLogger(__name__)

M = TypeVar("M", bound=BaseModel)


class _AnyPage(Foreign):
    next_link: str | None = Field(default=None, alias="@odata.nextLink", description="None: the last page.")


class Page(_AnyPage, Generic[M]):
    """One page of a collection, all of whose rows can be read."""

    value: tuple[M, ...]

    @classmethod
    def row_model(cls) -> type[M]:
        """Return the model of one row."""
        model: type[M] = get_args(cls.model_fields["value"].annotation)[0]
        return model


class _Rows(_AnyPage):
    value: list[Any]


def read_page(page_type: type[Page[M]], answer: Answer) -> tuple[Listed[M], str | None]:
    """
    Read a page at once, or row by row where that fails: it is slower. With it comes the link to the next one.

    Raises:
        BridgeError: as `parse`.
    """
    try:
        page = parse(page_type, answer, wrote=False)
    except UnavailableError:
        # What is no list at all raises here: with a page left out, its rows would look as if they were deleted.
        rows = parse(_Rows, answer, wrote=False)
        found, unread = read_rows(page_type.row_model(), rows.value)
        for row in unread:
            log.warning("Graph sent a row of %s that can't be read: %s: %s", page_type.__name__, row.id, row.reason)
        return Listed(found, unread), rows.next_link
    return Listed(page.value), page.next_link
