"""
One core with slots, played through request by request: what the queueing formulas are held against.

A request waits for a slot, computes half of its CPU time, waits for others, computes the other half and frees the slot.
At the core so many requests take turns as are told; the rest stands in line.
"""

import heapq
from typing import Any

import numpy as np


def simulated_responses(
    load: float,
    *,
    slots: float = np.inf,
    turns: float = np.inf,
    cpu: float = 1.0,
    wait: float = 0.0,
    constant: bool,
    customers: int,
    seed: int = 3,
) -> Any:
    """
    Responses in the order of arrival, the first tenth left out, in the unit of the CPU time.
    """
    random = np.random.default_rng(seed)
    arrivals = np.cumsum(random.exponential(1 / load, customers)).tolist()
    works, waits = (
        (np.full(customers, mean) if constant else random.exponential(mean, customers)).tolist() for mean in (cpu, wait)
    )
    visits = 2 if wait else 1
    responses = np.zeros(customers)
    # Service that ends each at the core, by the service that everybody there has had; and when each wait ends.
    served: list[tuple[float, int]] = []
    waiting: list[tuple[float, int]] = []
    line: list[int] = []
    before_slots: list[int] = []
    visited = [0] * customers
    now = each = 0.0
    come = left_line = left_slots_line = in_slots = ended = 0

    def to_core(number: int) -> None:
        if len(served) < turns:
            heapq.heappush(served, (each + works[number] / visits, number))
        else:
            line.append(number)

    while ended < customers:
        arrival = arrivals[come] if come < customers else np.inf
        end = now + (served[0][0] - each) * len(served) if served else np.inf
        back = waiting[0][0] if waiting else np.inf
        then = min(arrival, end, back)
        if served:
            each += (then - now) / len(served)
        now = then
        if then == end:
            each, number = heapq.heappop(served)
            visited[number] += 1
            if left_line < len(line):
                to_core(line[left_line])
                left_line += 1
            if visited[number] < visits:
                heapq.heappush(waiting, (now + waits[number], number))
                continue
            responses[number] = now - arrivals[number]
            ended += 1
            if left_slots_line < len(before_slots):
                to_core(before_slots[left_slots_line])
                left_slots_line += 1
            else:
                in_slots -= 1
        elif then == back:
            to_core(heapq.heappop(waiting)[1])
        else:
            if in_slots < slots:
                in_slots += 1
                to_core(come)
            else:
                before_slots.append(come)
            come += 1
    return responses[customers // 10 :]
