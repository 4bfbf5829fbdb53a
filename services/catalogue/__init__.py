"""The reference data that all services need.

Owns institutions, country policies, qualifications with their units of learning outcomes, what is comparable, grade
scales and tables, and reference lists.
Hears nothing. Says `acquis.catalogue.v1`, the whole published value each time.
"""
