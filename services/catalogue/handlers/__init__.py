"""The use cases of the catalogue, one module for each aggregate."""

from services.catalogue.handlers.comparabilities import declare_comparability, withdraw_comparability
from services.catalogue.handlers.country_policies import draft_country_policy, publish_country_policy
from services.catalogue.handlers.institutions import change_institution, register_institution
from services.catalogue.handlers.qualifications import draft_qualification, edit_qualification, publish_qualification

__all__ = [
    "change_institution",
    "declare_comparability",
    "draft_country_policy",
    "draft_qualification",
    "edit_qualification",
    "publish_country_policy",
    "publish_qualification",
    "register_institution",
    "withdraw_comparability",
]
