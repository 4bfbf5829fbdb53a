"""What this service hears."""

from collections.abc import Mapping

from services.agreements import handlers
from shared.kafka import Handler

SUBSCRIPTIONS: Mapping[str, Handler] = {
    "acquis.institution.registered.v1": handlers.keep_institutions,
    "acquis.institution.changed.v1": handlers.keep_institutions,
    "acquis.qualification.published.v1": handlers.keep_qualifications,
    "acquis.comparability.declared.v1": handlers.keep_comparabilities,
    "acquis.comparability.withdrawn.v1": handlers.keep_withdrawals,
    "acquis.country-policy.published.v1": handlers.keep_country_policies,
    "acquis.credit.recognised.v1": handlers.keep_unit_decisions,
    "acquis.credit.partially-recognised.v1": handlers.keep_unit_decisions,
    "acquis.credit.documented.v1": handlers.keep_unit_decisions,
    "acquis.credit.refused.v1": handlers.keep_unit_decisions,
    "acquis.credit.corrected.v1": handlers.keep_unit_decisions,
    "acquis.evidence.kept.v1": handlers.keep_unit_decisions,
    "acquis.review.required.v1": handlers.keep_reviews,
}
