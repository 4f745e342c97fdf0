"""What many bring at once is done together, each with its own answer."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from madang.infrastructure.city_sensors.actions.joining import Gathering


def test_everyone_has_his_own_answer_and_few_batches_do():
    batches = []

    def work(items):
        assert threading.current_thread() is not threading.main_thread()
        batches.append(len(items))
        time.sleep(0.002)
        return [item * 10 for item in items]

    async def bring_all():
        gathering = Gathering(work)
        return await asyncio.gather(*(gathering.bring(number) for number in range(300)))

    assert asyncio.run(bring_all()) == [number * 10 for number in range(300)]
    assert sum(batches) == 300
    assert len(batches) <= 3


def test_a_fault_is_raised_for_all_in_the_batch_and_the_next_goes_on():
    def work(items):
        if "bad" in items:
            raise OSError("full")
        return items

    async def bring_all():
        gathering = Gathering(work)
        first = await asyncio.gather(*map(gathering.bring, ["bad", "good"]), return_exceptions=True)
        return first, await gathering.bring("good")

    first, second = asyncio.run(bring_all())
    assert [type(one) for one in first] == [OSError, OSError]
    assert second == "good"


def test_one_who_leaves_takes_nobodys_answer_with_him():
    async def bring_all():
        gathering = Gathering(lambda items: time.sleep(0.01) or list(items))
        leaving = asyncio.create_task(gathering.bring("leaves"))
        staying = [asyncio.create_task(gathering.bring(number)) for number in range(3)]
        await asyncio.sleep(0)
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        return await asyncio.gather(*staying)

    assert asyncio.run(bring_all()) == [0, 1, 2]
