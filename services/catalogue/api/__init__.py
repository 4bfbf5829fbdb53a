"""Where HTTP comes in, one router for each aggregate."""

from services.catalogue.api import (
    aliases,
    comparabilities,
    contacts,
    countries,
    country_policies,
    frameworks,
    grade_scales,
    grade_tables,
    institutions,
    points_proposals,
    qualification_versions,
    qualifications,
    units,
)

ROUTERS = [
    institutions.router,
    contacts.router,
    aliases.router,
    countries.router,
    country_policies.router,
    grade_scales.router,
    grade_tables.router,
    frameworks.router,
    qualifications.router,
    qualification_versions.router,
    points_proposals.router,
    units.router,
    comparabilities.router,
]
