"""Validation, recognition and the ledger: what the host confirmed becomes credit at home, by rule or by a person.

Owns validations, decisions with their traces, what people do about them (reviews, questions to the host, appeals),
credits, units in progress, each learner's ledger and completed qualifications. Hears qualifications, comparabilities,
country policies, grade tables, memoranda, learning agreements and transcripts. Says `acquis.recognition.v1`.
"""
