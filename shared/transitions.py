"""State machines are tables: from a state, by a command, to a state."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from shared.problems import WrongState

State = TypeVar("State", bound=StrEnum)
Command = TypeVar("Command", bound=StrEnum)


def following(transitions: Mapping[tuple[State, Command], State], state: State, command: Command) -> State:
    """The state after the command; `WrongState`, with what is possible instead, where the table has no such row."""
    if (state, command) not in transitions:
        raise WrongState(state, possible(transitions, state))
    return transitions[state, command]


def possible(transitions: Mapping[tuple[State, Command], State], state: State) -> list[Command]:
    """What can be done in this state."""
    return [command for origin, command in transitions if origin == state]
