"""All the SQL of the catalogue, one module for each aggregate."""

from services.catalogue.store.comparabilities import list_comparabilities, load_comparability
from services.catalogue.store.country_policies import (
    list_country_policies,
    load_country_policy,
    lock_published_policies,
)
from services.catalogue.store.institutions import find_institution, is_oid_taken, list_institutions, load_institution
from services.catalogue.store.qualifications import find_qualification, list_qualifications, load_qualification
from services.catalogue.store.versions import add, save

__all__ = [
    "add",
    "find_institution",
    "find_qualification",
    "is_oid_taken",
    "list_comparabilities",
    "list_country_policies",
    "list_institutions",
    "list_qualifications",
    "load_comparability",
    "load_country_policy",
    "load_institution",
    "load_qualification",
    "lock_published_policies",
    "save",
]
