"""
What stands in a mail: as HTML that can be read, and the same as text.

What came from records and people is text to the templates, never markup.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, StrictUndefined

from shared.models.mail import MailMessage

_FONT = "font-family:Segoe UI,Helvetica,Arial,sans-serif;font-size:15px;line-height:1.5;color:#242424"
_HTML = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{ subject }}</title></head>
<body style="margin:0;padding:24px;background:#f5f5f5;{{ font }}">
<div style="max-width:640px;margin:0 auto;padding:24px;background:#ffffff;border-radius:8px">
<h1 style="margin:0 0 16px;font-size:20px;font-weight:600">{{ subject }}</h1>
{%- for entry in entries %}
{%- if entries|length > 1 %}
<h2 style="margin:24px 0 4px;font-size:16px;font-weight:600">{{ entry.subject }}</h2>
{%- endif %}
{%- for paragraph in entry.paragraphs %}
<p style="margin:0 0 12px">
{%- for line in paragraph %}
{{ line|urlize(rel="noopener") }}{% if not loop.last %}<br>{% endif %}
{%- endfor %}</p>
{%- endfor %}
{%- if entry.links %}
<p style="margin:0 0 12px">
{%- for link in entry.links %}
<a href="{{ link.url }}" style="color:#0f6cbd">{{ link.title }}</a>{% if not loop.last %} &middot; {% endif %}
{%- endfor %}</p>
{%- endif %}
{%- endfor %}
<p style="margin:24px 0 0;font-size:13px;color:#616161">{{ foot }}</p>
</div></body></html>
"""
_TEXT = """{% for entry in entries %}{% if entries|length > 1 %}{{ entry.subject }}

{% endif %}{% for paragraph in entry.paragraphs %}{{ paragraph|join("\n") }}

{% endfor %}{% for link in entry.links %}{{ link.title }}: {{ link.url }}
{% endfor %}
{% endfor %}{{ foot }}
"""
FOOT = "Sent by the bridge between OpenText and Planner. Answers are not read."
_AS_HTML = Environment(autoescape=True, undefined=StrictUndefined).from_string(_HTML)
_AS_TEXT = Environment(autoescape=False, undefined=StrictUndefined).from_string(_TEXT)  # noqa: S701 - it is text


@dataclass(frozen=True)
class Link:
    """A place to go to."""

    title: str
    url: str


@dataclass(frozen=True)
class Entry:
    """One thing that is told."""

    subject: str
    body: str = ""
    links: tuple[Link, ...] = ()

    @property
    def paragraphs(self) -> list[list[str]]:
        """The body's paragraphs, each as its lines."""
        lines = self.body.strip().splitlines()
        blocks = "\n".join(line.rstrip() for line in lines).split("\n\n")
        return [block.strip("\n").split("\n") for block in blocks if block.strip()]


def written(subject: str, entries: Sequence[Entry]) -> MailMessage:
    """Write a mail about one thing, or about several."""
    words = {"subject": subject, "entries": entries, "foot": FOOT}
    return MailMessage(subject, _AS_TEXT.render(words).strip("\n") + "\n", _AS_HTML.render({**words, "font": _FONT}))
