"""GET /treatments and /treatments/{slug}: every fact once with its sources, contradictions kept apart."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from tests.api.conftest import Api
from webapp.treatments.models import Fact, Treatment

SLUG = "rejuran_healer"
pytestmark = pytest.mark.usefixtures("reference")


def rejuran(api: Api) -> dict[str, Any]:
    body: dict[str, Any] = api.get(f"/treatments/{SLUG}", resource="/treatments/{slug}")
    return body


def facts_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    """Every fact of a treatment, wherever it stands."""
    rows = [fact for row in body["answer"] for part in row["parts"] for fact in part["facts"]]
    topics = [fact for topic in body["topics"] for fact in topic["facts"]]
    claims = [fact for checked in body["claims_checked"] for fact in (checked["claim"], *checked["why"])]
    return [*rows, *topics, *claims, *body["missing_lists"], *body["comparison"]]


def test_all_treatments_are_listed(api: Api, reference: Session) -> None:
    body = api.get("/treatments", lang="ko")
    assert [row["slug"] for row in body["treatments"]] == list(
        reference.scalars(select(Treatment.slug).order_by(Treatment.id))
    )
    assert body["treatments"][0]["name"] == "리쥬란 힐러"
    assert body["treatments"][0]["usual_quantity"] == "2"


def test_every_fact_stands_once_with_its_sources(api: Api, reference: Session) -> None:
    body = rejuran(api)
    facts = facts_of(body)
    stored = reference.scalar(select(func.count(Fact.id)).join(Fact.treatment).where(Treatment.slug == SLUG))
    assert len(facts) == len({fact["id"] for fact in facts}) == stored
    keys = {source["key"] for source in body["sources"]}
    for fact in facts:
        assert set(fact["sources"]) <= keys
        assert bool(fact["sources"]) == (fact["status"] != "unsourced")


def test_contradictions_are_kept_apart_and_name_each_other(api: Api) -> None:
    body = rejuran(api)
    rows = {row["key"]: row for row in body["answer"]}
    (sessions,) = rows["sessions"]["parts"]
    assert sessions["disagrees"] is True
    assert [fact["value"] for fact in sessions["facts"]] == [{"min": 1, "max": 4}, {"min": 3, "max": 4}]
    by_id = {fact["id"]: fact for fact in facts_of(body)}
    for fact in by_id.values():
        for other in fact["contradicts"]:
            assert fact["id"] in by_id[other]["contradicts"]
    assert f"{SLUG}.concern.lifting" in by_id[f"{SLUG}.does_not.lift"]["contradicts"]
    assert [part["key"] for part in rows["downtime"]["parts"]] == ["redness", "bumps", "bruise"]


def test_a_refuted_claim_stands_with_the_reason_only(api: Api) -> None:
    body = rejuran(api)
    (checked,) = body["claims_checked"]
    assert checked["claim"]["status"] == "refuted"
    assert checked["why"][0]["sources"]
    assert [fact["status"] for fact in facts_of(body)].count("refuted") == 1


def test_with_brand_names_off_the_generic_class_stands(
    app: Flask, settings: Settings, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(settings, brand_names_sg=False))
    body = rejuran(api)
    assert body["name"] == body["generic"] == "PN skin booster"
    assert (body["local_names"], body["comparison"]) == ({}, [])
    assert "Rejuran" not in str(body)
