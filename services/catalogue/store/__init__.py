"""All the SQL of the catalogue, one module for each aggregate."""

from services.catalogue.store.aliases import find_holder, list_aliases, load_alias, remove_alias
from services.catalogue.store.comparabilities import (
    comparabilities_at_home,
    list_comparabilities,
    load_comparability,
    lock_comparabilities_of,
)
from services.catalogue.store.contacts import load_contacts
from services.catalogue.store.countries import list_countries, load_state_of_play, load_statement
from services.catalogue.store.country_policies import (
    list_country_policies,
    load_country_policy,
    lock_published_policies,
)
from services.catalogue.store.frameworks import (
    known_fields,
    list_frameworks,
    load_framework,
    page_of_entries,
)
from services.catalogue.store.grades import (
    find_grade_scale,
    is_scale_code_taken,
    list_grade_scales,
    list_grade_tables,
    load_grade_scale,
    load_grade_table,
)
from services.catalogue.store.institutions import (
    find_institution,
    find_merged_into,
    find_similar,
    find_survivor,
    is_oid_taken,
    list_institutions,
    load_institution,
    lock_institutions,
)
from services.catalogue.store.published_units import (
    UnitSearch,
    keep_units,
    list_units,
    outcome_ids_of,
    units_elsewhere,
)
from services.catalogue.store.qualification_versions import (
    find_published,
    list_qualification_versions,
    load_qualification_version,
    supersede_before,
)
from services.catalogue.store.qualifications import (
    QualificationSearch,
    find_qualification,
    list_qualifications,
    load_qualification,
    lock_latest_version,
)
from services.catalogue.store.versions import add, put, save

__all__ = [
    "QualificationSearch",
    "UnitSearch",
    "add",
    "comparabilities_at_home",
    "find_grade_scale",
    "find_holder",
    "find_institution",
    "find_merged_into",
    "find_published",
    "find_qualification",
    "find_similar",
    "find_survivor",
    "is_oid_taken",
    "is_scale_code_taken",
    "keep_units",
    "known_fields",
    "list_aliases",
    "list_comparabilities",
    "list_countries",
    "list_country_policies",
    "list_frameworks",
    "list_grade_scales",
    "list_grade_tables",
    "list_institutions",
    "list_qualification_versions",
    "list_qualifications",
    "list_units",
    "load_alias",
    "load_comparability",
    "load_contacts",
    "load_country_policy",
    "load_framework",
    "load_grade_scale",
    "load_grade_table",
    "load_institution",
    "load_qualification",
    "load_qualification_version",
    "load_state_of_play",
    "load_statement",
    "lock_comparabilities_of",
    "lock_institutions",
    "lock_latest_version",
    "lock_published_policies",
    "outcome_ids_of",
    "page_of_entries",
    "put",
    "remove_alias",
    "save",
    "supersede_before",
    "units_elsewhere",
]
