"""What partners settle before anybody travels: who they are, what they teach, what compares, and their memorandum."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from deploy.local.demo.client import Client, until
from deploy.local.demo.grades import GRADES, PERIOD
from deploy.local.demo.route import MALTA_TO_ITALY, Route
from deploy.local.demo.told import Told, body_of
from deploy.local.demo.world import (
    COMPARABILITIES,
    INSTITUTIONS,
    KINDS,
    POLICIES,
    QUALIFICATIONS,
)

YES = {"confirmed": True, "text": {"en": "As annexed."}}
CONFIRMATIONS = dict.fromkeys(("status", "procedures", "conditions", "comparability", "other_actors"), YES)


class Partners:
    """Their part of the story, written into what is told."""

    def __init__(self, client: Client, told: Told) -> None:
        self._client, self.told = client, told

    async def register(self) -> None:
        for key, institution in INSTITUTIONS.items():
            registered = await self._client.post(body_of(institution["country"]), "/v1/institutions", institution)
            self.told.institutions[key] = UUID(registered["institution_id"])
        for policy in POLICIES.values():
            body = body_of(policy["country"])
            draft = await self._client.post(body, "/v1/country-policies", policy)
            await self._client.post(body, f"/v1/country-policies/{draft['country_policy_id']}/publication", to=draft)

    async def publish_grades(self) -> None:
        for key, (scale, grades) in GRADES.items():
            of_scale = [{name: value for name, value in grade.items() if name != "share"} for grade in grades]
            defined = await self._client.post(
                body_of(scale["country"]), "/v1/grade-scales", scale | {"grades": of_scale}
            )
            table = {
                "institution_id": str(self.told.institutions[key]),
                "grade_scale_id": defined["grade_scale_id"],
                "shares": [{"label": grade["label"], "share": grade["share"]} for grade in grades],
                **PERIOD,
            }
            school = self.told.staff(key, "coordinator")
            draft = await self._client.post(school, "/v1/grade-tables", table)
            await self._client.post(school, f"/v1/grade-tables/{draft['grade_table_id']}/publication", to=draft)

    async def publish_qualifications(self) -> None:
        for key, (awarding_body, qualification) in QUALIFICATIONS.items():
            owner = self.told.staff(qualification["country"].lower(), "coordinator")
            content = qualification | {"awarding_body_id": str(self.told.institutions[awarding_body])}
            draft = await self._client.post(owner, "/v1/qualifications", content)
            path, seen = f"/v1/qualifications/{draft['qualification_id']}", {"content_hash": draft["content_hash"]}
            signatory = self.told.staff(awarding_body, "signatory")
            consented = await self._client.post(signatory, f"{path}/consents", seen, to=draft)
            self.told.qualifications[key] = await self._client.post(owner, f"{path}/publication", to=consented)

    async def declare_comparabilities(self) -> None:
        for key, (extent, host, host_code, home, home_code, kinds) in COMPARABILITIES.items():
            host_unit, home_unit = self.told.unit(host, host_code), self.told.unit(home, home_code)
            statement = {
                "home_qualification_id": self.told.qualifications[home]["qualification_id"],
                "home_unit_id": home_unit["unit_id"],
                "host_qualification_id": self.told.qualifications[host]["qualification_id"],
                "host_unit_id": host_unit["unit_id"],
                "extent": extent,
                "outcomes": [
                    {
                        "host_outcome_id": _outcome(host_unit, kind)["outcome_id"],
                        "home_outcome_id": _outcome(home_unit, kind)["outcome_id"],
                    }
                    for kind in kinds
                ],
                "valid_from": "2024-01-01",
            }
            declared = await self._client.post(self.told.staff(home, "coordinator"), "/v1/comparabilities", statement)
            self.told.comparabilities[key] = declared

    async def subscribe(self, webhook_url: str) -> None:
        council = self.told.council()
        await self._client.post(council, "/v1/scope-grants", {"grantee_id": str(council.org), "country": "MT"})
        wanted = {"url": webhook_url, "event_types": [], "scope": {"countries": ["MT"]}}
        subscription = await self._client.post(council, "/v1/subscriptions", wanted)
        path = f"/v1/subscriptions/{subscription['subscription_id']}"
        await self._client.post(council, f"{path}/verification", to=subscription)

        async def active() -> bool:
            return bool((await self._client.get(council, path))["state"] == "active")

        await until(active)
        self.told.subscription = subscription

    async def sign_memorandum(self, route: Route = MALTA_TO_ITALY) -> None:
        qualification = self.told.qualifications[route.qualification]
        units = [unit["unit_id"] for unit in qualification["units"]]
        home, host = (str(self.told.institutions[key]) for key in (route.home, route.host))
        terms = {
            "code": f"{route.home}-{route.host}-{route.qualification}".upper(),
            "parties": [
                {"institution_id": home, "functions": ["validates", "recognises"]},
                {"institution_id": host, "functions": ["provides_training", "assesses"]},
            ],
            "qualifications": [
                {
                    "qualification_id": qualification["qualification_id"],
                    "qualification_version": qualification["version"],
                    "unit_ids": units,
                }
            ],
            "automatic_recognition": [
                {"institution_id": home, "unit_id": unit_id, "policy": "on"} for unit_id in units
            ],
            "two_person_rule": True,
            "confirmations": CONFIRMATIONS,
            "objectives": {"en": "Learners of ICT support do part of their qualification at the partner's."},
            "minimum_days": 14,
            "maximum_days": 180,
            "quality_assurance": {"en": "Both schools follow the EQAVET cycle and visit each other once a year."},
            "notice_months": 12,
            "valid_from": str(self.told.today),
            "valid_until": str(self.told.today + timedelta(days=3 * 365)),
        }
        coordinator = self.told.staff(route.home, "coordinator")
        memorandum = await self._client.post(coordinator, "/v1/memoranda", terms)
        path = f"/v1/memoranda/{memorandum['memorandum_id']}"
        memorandum = await self._client.post(coordinator, f"{path}/proposals", to=memorandum)
        for party in (route.home, route.host):
            approval = {name: memorandum[name] for name in ("content_version", "content_hash")}
            memorandum = await self._client.post(
                self.told.staff(party, "signatory"), f"{path}/approvals", approval, to=memorandum
            )
        self.told.memorandum = memorandum


def _outcome(unit: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return next(outcome for outcome in unit["outcomes"] if outcome["kind"] == KINDS[kind])
