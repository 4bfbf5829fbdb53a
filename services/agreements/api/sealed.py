"""The vault of the service and the retention periods, for endpoints that show or keep a learner."""

from typing import Annotated

from fastapi import Depends, Request

from services.agreements.settings import Settings


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


OwnSettings = Annotated[Settings, Depends(_settings)]
