"""What counts as the reviewer's words: what he wrote, and nothing of what the rule had written."""

import pytest

from shared.decisions.own_words import own_words, seed_of
from shared.models.wanted import CommentRule
from tests.build import approval

SEED = "Read the document first, then decide.\n\nAsk Nina in doubt."


@pytest.mark.parametrize(
    ("text", "seed", "words"),
    [
        pytest.param("", SEED, "", id="nothing"),
        pytest.param(SEED, SEED, "", id="the rule's own text"),
        pytest.param(SEED.replace("\n\n", "\r\n \r\n"), SEED, "", id="with other line ends"),
        pytest.param("Read the document first.", SEED, "", id="a part of it"),
        pytest.param("Clause 4 is missing.\n\n" + SEED, SEED, "Clause 4 is missing.", id="words before it"),
        pytest.param(SEED + "\nClause 4\nis missing.", SEED, "Clause 4 is missing.", id="lines after it"),
        pytest.param("Not acceptable: No liability clause.", "No", "Not acceptable: No liability clause.", id="short"),
        pytest.param("\u200b\u2060\n\ufeff\u00ad \u00a0", "", "", id="signs that nobody sees"),
        pytest.param("\U0001f44e", SEED, "\U0001f44e", id="a thumb"),
        pytest.param("...", SEED, "", id="no word at all"),
    ],
)
def test_words_are_the_reviewers_alone(text, seed, words):
    assert own_words(text, seed) == words


@pytest.mark.parametrize("comment", list(CommentRule))
def test_what_the_rule_wrote_is_kept_where_an_outcome_takes_words(comment):
    item = approval(description=SEED)
    item = item.model_copy(
        update={"outcomes": tuple(one.model_copy(update={"comment": comment}) for one in item.outcomes)}
    )

    assert seed_of(item) == ("" if comment is CommentRule.NONE else SEED)
