"""A report as one HTML page: nothing in it is loaded from anywhere, and all of it is text."""

from collections.abc import Iterator
from html import escape

from shared.conformance.beliefs import System
from shared.conformance.observed import Verdict
from shared.conformance.report import Line, Report

TITLES = {
    System.GRAPH: "Microsoft Graph",
    System.PLANNER: "Planner",
    System.CONTENT_SERVER: "Content Server",
    System.WORKFLOW: "Workflows",
    System.OTDS: "OTDS",
}
"""For people."""

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1d2733 }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .45rem .6rem }
tr { border-bottom: 1px solid #d8dee6 } code { font-size: .9em } .differs { color: #a4262c } .how { color: #5a6676 }
dl { display: grid; grid-template-columns: max-content auto; gap: .2rem 1rem } dt { color: #5a6676 } dd { margin: 0 }
"""
_HEADINGS = {
    Verdict.DIFFERS: "What differs",
    Verdict.CANNOT_TELL: "What could not be asked",
    Verdict.AS_BELIEVED: "As believed",
}


def render(report: Report) -> str:
    """Write the page."""
    return "\n".join(_page(report))


def _page(report: Report) -> Iterator[str]:
    yield '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Conformance</title>'
    # The page shows what servers answered: should a browser take some of it for HTML, it can run and load nothing.
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f"<style>{_STYLE}</style></head><body><h1>Conformance of Planner, Content Server and OTDS</h1><dl>"
    facts = {"Made": f"{report.made:%Y-%m-%d %H:%M} UTC", "Bridge": report.release, **report.versions}
    for name, value in {**facts, **report.settings}.items():
        yield f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"
    yield "</dl><p>People, hosts and ids are replaced.</p>"
    if report.left:
        yield '<h2 class="differs">Could not be taken away</h2><ul>'
        yield from (f"<li>{escape(one)}</li>" for one in report.left)
        yield "</ul>"
    for verdict, heading in _HEADINGS.items():
        yield from _section(heading, report.with_verdict(verdict))
    yield "</body></html>"


def _section(heading: str, lines: tuple[Line, ...]) -> Iterator[str]:
    yield f"<h2>{heading}: {len(lines)}</h2>"
    if not lines:
        return
    yield "<table><tr><th>Belief</th><th>Seen</th></tr>"
    for line in lines:
        means = f"<p>{escape(line.means)}</p><p class='how'>{escape(_here(line))}</p>" if line.means else ""
        yield (
            f"<tr><td>{escape(line.statement)}<br><span class='how'>{TITLES[line.system]} · "
            f"<code>{escape(line.belief)}</code></span></td><td>{escape(line.seen)}{means}</td></tr>"
        )
    yield "</table>"


def _here(line: Line) -> str:
    return f"Here: {line.here}. In the code: {', '.join(line.code)}."
