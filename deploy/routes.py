"""Which service answers which path: the one table for everything on one machine and for an ingress."""

ROUTES: dict[str, tuple[str, ...]] = {
    "catalogue": (
        "institutions",
        "countries",
        "country-policies",
        "grade-scales",
        "grade-tables",
        "frameworks",
        "qualifications",
        "units",
        "comparabilities",
        "catalogue-audit-entries",
    ),
    "agreements": (
        "memoranda",
        "learners",
        "learning-agreements",
        "learning-agreement-statistics",
        "signing-links",
        "agreements-audit-entries",
    ),
    "assessment": ("assessments", "transcripts", "assessment-audit-entries"),
    "recognition": (
        "records",
        "validations",
        "decisions",
        "credits",
        "ledger",
        "simulations",
        "statistics",
        "recognition-audit-entries",
    ),
    "notifications": (
        "subscriptions",
        "scope-grants",
        "deliveries",
        "events",
        "event-types",
        "webhook-keys",
        "notifications-audit-entries",
    ),
}
"""Service → the resources that stand right under `/v1/`."""

SERVICES = tuple(ROUTES)


def service_of(path: str) -> str | None:
    """Who answers a path under `/v1/`."""
    resource = path.removeprefix("/v1/").partition("/")[0]
    return next((service for service, resources in ROUTES.items() if resource in resources), None)
