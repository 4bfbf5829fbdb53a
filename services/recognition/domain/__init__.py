"""Validation, rules, decisions and the ledger, pure: facts, ids and times come in, decisions and facts go out."""
