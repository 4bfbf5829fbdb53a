"""How facts reach Kafka and leave it again: an idempotent producer, a consumer loop, and taking a batch in."""

from shared.kafka.consumer import Consumer
from shared.kafka.intake import Handler, Intake, Record
from shared.kafka.producer import Producer

__all__ = ["Consumer", "Handler", "Intake", "Producer", "Record"]
