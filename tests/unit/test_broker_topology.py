"""Which delay queue a retry takes."""

import pytest

from storybot_common.broker.topology import CONSUMER_TIMEOUT_S, DELAYS, QUEUES, delay_for


@pytest.mark.parametrize(("wanted", "given"), [(0, 5), (5, 5), (5.1, 30), (31, 120), (300, 300), (100_000, 300)])
def test_a_delay_is_at_least_what_was_asked_for_or_the_longest_there_is(wanted: float, given: int) -> None:
    assert delay_for(wanted).seconds == given


def test_delays_grow_and_stay_below_the_consumer_timeout() -> None:
    seconds = [delay.seconds for delay in DELAYS]
    assert seconds == sorted(seconds)
    assert max(seconds) < CONSUMER_TIMEOUT_S


def test_no_queue_loses_a_message_that_the_next_one_cannot_take() -> None:
    forwarding = [queue for queue in QUEUES if "x-dead-letter-routing-key" in queue.arguments]
    assert forwarding
    for queue in forwarding:
        assert queue.arguments["x-dead-letter-strategy"] == "at-least-once"
        assert queue.arguments["x-overflow"] == "reject-publish"
        assert queue.arguments["x-dead-letter-routing-key"] in {other.name for other in QUEUES}
