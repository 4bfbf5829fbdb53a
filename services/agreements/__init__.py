"""Memoranda of understanding, learners and learning agreements: what institutions and learners promise each other.

Owns: memoranda, learning agreements, and learners, the only personal data in Acquis.
Hears: catalogue (institutions, qualifications, comparability of units); recognition, whose decisions close agreements.
Says: `acquis.memorandum.v1` and `acquis.learning-agreement.v1`, with ids and never with names.
"""
