"""A person decides: the queue, questions to the host, resolutions and appeals."""

from services.recognition.handlers.reviews.appealing import appeal_decision
from services.recognition.handlers.reviews.asking import (
    answer_information_request,
    list_information_requests,
    read_information_request,
    request_information,
)
from services.recognition.handlers.reviews.deciding import decide_appeal, resolve_review
from services.recognition.handlers.reviews.erasing import erase_words
from services.recognition.handlers.reviews.taking import assign_review, measure_queue, release_review

__all__ = [
    "answer_information_request",
    "appeal_decision",
    "assign_review",
    "decide_appeal",
    "erase_words",
    "list_information_requests",
    "measure_queue",
    "read_information_request",
    "release_review",
    "request_information",
    "resolve_review",
]
