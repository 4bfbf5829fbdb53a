"""The JSON Schema (2020-12) of each published event, read off the dataclasses: the whole envelope with its data.

A schema accepts exactly the bytes that travel, and says in `x-kafka-topic` and `x-kafka-key` where they travel and what
keeps them in order. Objects are open: a later release may add fields.
"""

from collections.abc import Iterable
from dataclasses import is_dataclass
from functools import cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter
from pydantic.json_schema import DEFAULT_REF_TEMPLATE, GenerateJsonSchema, JsonSchemaMode
from pydantic_core import core_schema

from shared.contracts.registry import FACTS, Declaration
from shared.envelope import CloudEvent

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DECIMAL = r"^-?[0-9]+(\.[0-9]+)?(E[+-]?[0-9]+)?$"
"""Decimals travel as text, because a JSON number would be read as binary floating point."""
Schema = dict[str, Any]


def event_schema(type_: str) -> Schema:
    """The schema of one event type, complete in itself."""
    envelopes, definitions = event_schemas([type_])
    return {"$schema": DIALECT, **envelopes[type_], "$defs": definitions}


def event_schemas(types: Iterable[str], ref_template: str = DEFAULT_REF_TEMPLATE) -> tuple[dict[str, Schema], Schema]:
    """The envelope's schema of each event type, and the definitions that they share."""
    inputs: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [
        (type_, "serialization", _in_a_list(CloudEvent[FACTS[type_]]))  # type: ignore[valid-type]  # known at run time
        for type_ in types
    ]
    lists, document = TypeAdapter.json_schemas(inputs, ref_template=ref_template, schema_generator=_WithDocstrings)
    definitions = document["$defs"]
    envelopes = {
        type_: _narrowed(definitions.pop(_name(schema["items"]["$ref"])), FACTS[type_].DECLARED)
        for (type_, _), schema in lists.items()
    }
    return envelopes, definitions


def spoken(type_: str) -> str:
    """An event type as a person says it: `acquis.credit.recognised.v1` is "Credit recognised"."""
    return " ".join(type_.split(".")[1:-1]).replace("-", " ").capitalize()


def docstring(cls: type) -> str | None:
    """What the author wrote; not the signature that `dataclass` puts in its place."""
    written = cls.__doc__ or ""
    return None if not written or written.startswith(f"{cls.__name__}(") else " ".join(written.split())


class _WithDocstrings(GenerateJsonSchema):
    """Adds the docstrings of dataclasses, which pydantic leaves out; leaves out titles that repeat a field's name."""

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> Schema:
        described = super().dataclass_schema(schema)
        cls: type = schema["cls"]
        for parent in filter(is_dataclass, cls.__bases__):
            for name, inherited in _definition_of(parent)["properties"].items():
                described["properties"][name] = inherited | described["properties"][name]
        written = docstring(cls)
        return described | ({"description": written} if written else {})

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> Schema:  # noqa: ARG002 - the same for every field
        return {"type": "string", "pattern": DECIMAL}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the same for every field
        return False


@cache
def _in_a_list(cls: Any) -> TypeAdapter[Any]:
    """A dataclass without configuration takes on that of what it stands in; so it need not import pydantic for this."""
    return TypeAdapter(list[cls], config=ConfigDict(use_attribute_docstrings=True))


@cache
def _definition_of(cls: type) -> Schema:
    """The schema of a dataclass by itself, attribute docstrings included, which pydantic does not let heirs inherit."""
    document = _in_a_list(cls).json_schema(mode="serialization", schema_generator=_WithDocstrings)
    definition: Schema = document["$defs"][_name(document["items"]["$ref"])]
    return definition


def _name(ref: str) -> str:
    return ref.rpartition("/")[2]


def _narrowed(envelope: Schema, declared: Declaration) -> Schema:
    """The envelope as this one type of event fills it in; every attribute is always there."""
    properties = envelope["properties"]
    for attribute in properties.values():
        attribute.pop("default", None)
    properties["type"]["const"] = declared.type
    properties["source"]["const"] = declared.source
    properties["sequence"]["pattern"] = "^[0-9]{10}$"
    envelope |= {
        "title": spoken(declared.type),
        "description": docstring(FACTS[declared.type]) or spoken(declared.type),
        "required": sorted(properties),
        "x-kafka-topic": declared.topic,
        "x-kafka-key": declared.key,
    }
    return envelope
