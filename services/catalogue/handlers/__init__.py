"""The use cases of the catalogue, one module for each aggregate."""

from services.catalogue.handlers.aliases import give_alias, remove_alias
from services.catalogue.handlers.comparabilities import declare_comparability, withdraw_comparability
from services.catalogue.handlers.contacts import give_contacts
from services.catalogue.handlers.countries import state_country
from services.catalogue.handlers.country_policies import (
    draft_country_policy,
    edit_country_policy,
    publish_country_policy,
)
from services.catalogue.handlers.frameworks import import_framework
from services.catalogue.handlers.grades import (
    define_grade_scale,
    draft_grade_table,
    edit_grade_table,
    publish_grade_table,
)
from services.catalogue.handlers.institutions import change_institution, merge_institution, register_institution
from services.catalogue.handlers.qualification_versions import open_next_version, withdraw_draft
from services.catalogue.handlers.qualifications import (
    consent_to_qualification,
    draft_qualification,
    edit_qualification,
    propose_points_of,
    publish_qualification,
)

__all__ = [
    "change_institution",
    "consent_to_qualification",
    "declare_comparability",
    "define_grade_scale",
    "draft_country_policy",
    "draft_grade_table",
    "draft_qualification",
    "edit_country_policy",
    "edit_grade_table",
    "edit_qualification",
    "give_alias",
    "give_contacts",
    "import_framework",
    "merge_institution",
    "open_next_version",
    "propose_points_of",
    "publish_country_policy",
    "publish_grade_table",
    "publish_qualification",
    "register_institution",
    "remove_alias",
    "state_country",
    "withdraw_comparability",
    "withdraw_draft",
]
