"""Where HTTP comes in, one router for each aggregate."""

from services.agreements.api import (
    agreeing,
    complements,
    contacts,
    learner_exports,
    learners,
    learning_agreement_changes,
    learning_agreement_statistics,
    learning_agreement_stays,
    learning_agreement_versions,
    learning_agreements,
    memoranda,
    signing_link_pages,
    signing_links,
)

ROUTERS = [
    memoranda.router,
    learners.router,
    learner_exports.router,
    learning_agreements.router,
    learning_agreement_versions.router,
    contacts.router,
    agreeing.router,
    learning_agreement_changes.router,
    learning_agreement_stays.router,
    complements.router,
    learning_agreement_statistics.router,
    signing_links.router,
    signing_link_pages.router,
]
