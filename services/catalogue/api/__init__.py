"""Where HTTP comes in, one router for each aggregate."""

from services.catalogue.api import comparabilities, country_policies, institutions, qualifications

ROUTERS = [institutions.router, country_policies.router, qualifications.router, comparabilities.router]
