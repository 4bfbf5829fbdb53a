"""The reference data that all services need.

Owns institutions, country policies, qualifications with their units of learning outcomes, and what is comparable.
Hears nothing. Says `acquis.catalogue.v1`, the whole published value each time.
"""
