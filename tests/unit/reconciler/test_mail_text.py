"""What stands in a mail: the same as HTML and as text, and nothing that a record holds is markup."""

from html.parser import HTMLParser

import pytest

from shared.reconciler.actions.mail_text import FOOT, Entry, Link, written

TASK = Link("Open the task", "https://planner.cloud.microsoft/webui/plan/p/view/board/task/t")


class Reader(HTMLParser):
    """Reads tags, links and the text that people see."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.links, self.shown = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.shown += data


def test_a_mail_says_the_same_twice_and_leads_to_the_task():
    mail = written("Late: review", [Entry("Late: review", "Please look.\nToday.\n\nThanks", (TASK,))])
    html = Reader(mail.html)

    assert mail.subject == "Late: review"
    assert mail.text == f"Please look.\nToday.\n\nThanks\n\nOpen the task: {TASK.url}\n\n{FOOT}\n"
    assert html.links == [TASK.url]
    assert html.tags.count("p") == 4
    assert "Late: review" in html.shown
    assert all(line in html.shown for line in ("Please look.", "Today.", "Thanks", FOOT))


HOSTILE = '<script>alert(1)</script><img src=x onerror="x">{{ 7*7 }}'


@pytest.mark.parametrize("place", ["subject", "body", "title"])
def test_what_a_record_holds_is_text(place):
    words = {"subject": "s", "body": "b", "title": "t", place: HOSTILE}
    mail = written(words["subject"], [Entry(words["subject"], words["body"], (Link(words["title"], TASK.url),))])
    html = Reader(mail.html)

    assert not {"script", "img"} & {*html.tags}
    assert HOSTILE in html.shown
    assert "49" not in mail.html + mail.text


def test_an_address_in_the_text_can_be_followed_and_a_script_can_not():
    mail = written("s", [Entry("s", "See https://ecm.example/app/nodes/7?a=1&b=2 or javascript:alert(1)")])

    assert Reader(mail.html).links == ["https://ecm.example/app/nodes/7?a=1&b=2"]


def test_several_things_have_their_headings():
    mail = written("2 things", [Entry("Late: one", "a", (TASK,)), Entry("Done: two")])

    assert Reader(mail.html).tags.count("h2") == 2
    assert mail.text.index("Late: one") < mail.text.index("Done: two")
