from datetime import UTC, datetime, timedelta

from services.notifications.api.pages import chart
from services.notifications.domain.deliveries import DeliveryState

NOW = datetime(2026, 11, 23, 8, 35, tzinfo=UTC)
THIS_HOUR = datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_every_state_has_a_fate():
    assert sorted(state for those in chart.FATES.values() for state in those) == sorted(DeliveryState)


def test_the_bars_are_the_last_24_hours_the_one_under_way_included():
    drawn = chart.draw({}, NOW)
    assert [drawn.hours[0].begins, drawn.hours[-1].begins] == [THIS_HOUR - timedelta(hours=23), THIS_HOUR]
    assert len(drawn.hours) == 24
    assert (drawn.parts, drawn.most) == ([], 0)


def test_the_busiest_hour_is_as_high_as_the_drawing_and_the_others_in_proportion():
    before = THIS_HOUR - timedelta(hours=1)
    counted = {
        THIS_HOUR: {DeliveryState.DELIVERED: 2, DeliveryState.RETRY: 1, DeliveryState.DEAD_LETTER: 1},
        before: {DeliveryState.QUEUED: 1, DeliveryState.DELIVERING: 1},
    }
    drawn = chart.draw(counted, NOW)
    assert [(part.fate, part.y, part.height) for part in drawn.parts] == [
        ("waiting", 50.0, 50.0),
        ("arrived", 50.0, 50.0),
        ("waiting", 25.0, 25.0),
        ("lost", 0.0, 25.0),
    ]
    assert [drawn.total(fate) for fate in chart.FATES] == [2, 3, 1]


def test_what_is_older_than_the_first_bar_is_not_shown():
    counted = {THIS_HOUR - timedelta(hours=24): {DeliveryState.DELIVERED: 5}}
    assert chart.draw(counted, NOW).most == 0
