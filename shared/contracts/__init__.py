"""The published language: what each service says, as frozen dataclasses that every service may read.

Standard library only, so that `domain/` can return facts without learning about JSON or Kafka; `shared.envelope` writes
them down. A published fact only ever gains optional fields; anything else is a new `.v2` type beside the old one.
"""
