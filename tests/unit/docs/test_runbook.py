"""Every query asks for names that exist; every alert and every refusal has its section."""

import re

import pytest

from shared.models.holds import RefusalReason
from shared.observability.metrics import BY_NAME, DECISION_FIELDS, PREFIX
from shared.observability.telemetry import FIELDS
from tests.repository import ROOT
from tests.unit.infra.infra_files import QUERIES, queries

RUNBOOK = (ROOT / "docs/runbook.md").read_text()
TABLES = {"customMetrics", "traces", "requests", "exceptions", "dependencies", "FunctionAppLogs"}
ON_RECORDS = {f"bridge_{name}" for name in (*FIELDS, *DECISION_FIELDS)}
ASKED = r"customDimensions(?:\.|\[')(\w+)"
ATTRIBUTES = {name for metric in BY_NAME.values() for name in metric.attributes}


@pytest.mark.parametrize("query", queries().values(), ids=queries())
def test_metrics_and_fields_that_are_asked_for_exist(query):
    metrics = re.findall(rf"'{re.escape(PREFIX)}([a-z_.]+)'", query)
    asked = set(re.findall(ASKED, query))

    assert [name for name in metrics if name not in BY_NAME] == []
    assert asked <= ON_RECORDS | ATTRIBUTES


@pytest.mark.parametrize("query", queries().values(), ids=queries())
def test_attributes_belong_to_a_metric_that_is_asked_for(query):
    metrics = [BY_NAME[name] for name in re.findall(rf"'{re.escape(PREFIX)}([a-z_.]+)'", query)]
    asked = set(re.findall(ASKED, query)) - ON_RECORDS

    assert asked <= {name for metric in metrics for name in metric.attributes}


@pytest.mark.parametrize("query", queries().values(), ids=queries())
def test_a_query_reads_tables_of_application_insights_and_is_a_pipeline(query):
    lines = [line for line in query.strip().splitlines() if not line.startswith("//")]

    assert set(re.findall(r"\w+", lines[0].removeprefix("union "))) <= TABLES
    assert all(line.startswith("| ") for line in lines[1:])
    assert query.count("(") == query.count(")")
    assert query.count("'") % 2 == 0


def test_every_metric_is_explained_where_somebody_looks_for_a_remedy():
    assert [name for name in BY_NAME if PREFIX + name not in RUNBOOK] == []


def test_every_alert_has_its_section():
    assert [file.stem for file in QUERIES.glob("*.kql") if f"### {file.stem}\n" not in RUNBOOK] == []


@pytest.mark.parametrize("alert", [file.stem for file in sorted(QUERIES.glob("*.kql"))])
def test_every_alert_says_its_symptom_a_query_a_remedy_and_how_one_sees_that_it_is_over(alert):
    section = re.split(r"^#{2,3} ", RUNBOOK.split(f"### {alert}\n")[1], flags=re.MULTILINE)[0].strip()
    symptom, _, rest = section.partition("```kusto\n")
    query, _, after = rest.partition("```")

    assert len(symptom.split()) > 10
    assert query.strip()
    assert re.search(r"^(1\. |\| )", after, re.MULTILINE), "no remedy"
    assert "It is over when" in after


def test_links_inside_lead_somewhere():
    titles = {
        re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", RUNBOOK, re.MULTILINE)
    }

    assert [link for link in re.findall(r"\]\(#([\w-]+)\)", RUNBOOK) if link not in titles] == []


def test_the_messages_that_queries_search_for_are_written_by_the_code():
    code = "\n".join(file.read_text() for folder in ("shared", "functions") for file in (ROOT / folder).rglob("*.py"))
    searched = re.findall(r"message (?:startswith|has) '([^']+)'", RUNBOOK)

    assert [text for text in searched if re.sub(r" \d$", " ", text) not in code] == []


def test_every_reason_for_which_a_completion_is_refused_is_explained():
    reasons = set(RefusalReason) - {RefusalReason.UNKNOWN}

    assert [reason for reason in sorted(reasons) if f"`{reason}`" not in RUNBOOK] == []
