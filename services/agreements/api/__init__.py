"""Where HTTP comes in, one router for each aggregate."""

from services.agreements.api import learners, learning_agreements, memoranda

ROUTERS = [memoranda.router, learners.router, learning_agreements.router]
