"""The corridors as a network: what can flow, the shortest way, and what breaks with one node.

Nodes are ports, stations and borders; segments join two of them and are used in both directions.
Capacities are ranges in million tonnes (Mt) a year, distances in km, times in days. An empty
capacity is unknown and limits nothing, so that a flow over it is an upper bound.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import networkx as nx
import pandas as pd
from networkx.algorithms.flow import edmonds_karp

from caspian.models._checks import bounds, column, columns, unique

NO_PATH = "none"


@dataclass(frozen=True)
class Path:
    """A way through the network; km and days are NaN if a segment of it has none."""

    nodes: tuple[str, ...]
    segments: tuple[str, ...]
    km: float
    days_low: float
    days_high: float

    @property
    def days(self) -> float:
        """The middle of days_low and days_high."""
        return (self.days_low + self.days_high) / 2


def build(nodes: pd.DataFrame, segments: pd.DataFrame) -> nx.MultiGraph:
    """Return the network: an undirected graph, parallel segments kept apart by their name.

    nodes: node, and any other columns (kept as attributes). segments: segment (the edge's key),
    from_node, to_node, km, days_low, days_high, capacity_low, capacity_high (Mt a year), and
    any others; km, the pair of days and the pair of capacities may be empty. Every edge has a
    further attribute days, the middle of its pair. Raises ValueError naming the row for a node
    or segment given twice, an unknown node, a segment from a node to itself, a negative number,
    low above high, or one of a pair without the other.
    """
    unique("nodes", nodes, "node")
    unique("segments", segments, "segment")
    columns("segments", segments, ["from_node", "to_node"])
    known = set(nodes["node"])
    for row in segments.itertuples():
        for end in (row.from_node, row.to_node):
            if end not in known:
                raise ValueError(f"segments: {row.segment!r} names unknown node {end!r}")
        if row.from_node == row.to_node:
            raise ValueError(f"segments: {row.segment!r} joins {row.from_node!r} to itself")
    clean = segments.assign(km=column("segments", segments, "segment", "km", missing=True))
    for stem in ("days", "capacity"):
        low, high = bounds("segments", segments, "segment", stem)
        clean[f"{stem}_low"], clean[f"{stem}_high"] = low, high
    clean["days"] = (clean["days_low"] + clean["days_high"]) / 2

    graph = nx.MultiGraph()
    graph.add_nodes_from((row["node"], row) for row in nodes.to_dict("records"))
    for row in clean.to_dict("records"):
        graph.add_edge(row["from_node"], row["to_node"], key=row["segment"], **row)
    return graph


def _without(
    graph: nx.MultiGraph, source: str, target: str, without: Iterable[str]
) -> nx.MultiGraph | None:
    """Return the graph without some nodes; None if the source or the target is among them."""
    gone = {without} if isinstance(without, str) else set(without)
    for node in (source, target, *sorted(gone)):
        if node not in graph:
            raise ValueError(f"node: {node!r} is not in the network")
    if source == target:
        raise ValueError(f"target: {target!r} is the source, too")
    if gone & {source, target}:
        return None
    left = graph.copy()
    left.remove_nodes_from(gone)
    return left


def _max_flow(graph: nx.MultiGraph, source: str, target: str, capacity: str) -> float:
    """Return the maximum flow with the edges' attribute `capacity`, an unknown one infinite."""
    summed = nx.Graph()
    summed.add_nodes_from(graph)
    for start, end, limit in graph.edges(data=capacity):
        so_far = summed.edges[start, end]["capacity"] if summed.has_edge(start, end) else 0.0
        summed.add_edge(start, end, capacity=so_far + (math.inf if pd.isna(limit) else limit))
    try:
        return float(nx.maximum_flow_value(summed, source, target, flow_func=edmonds_karp))
    except nx.NetworkXUnbounded:
        return math.inf


def capacity_between(
    graph: nx.MultiGraph, source: str, target: str, without: Iterable[str] = ()
) -> tuple[float, float]:
    """Return the most that can flow from source to target, in Mt a year: low and high.

    The maximum flow, all capacities at the low end of their ranges and all at the high end.
    Source: Ford & Fulkerson, Maximal Flow through a Network (1956), by the algorithm of Edmonds
    & Karp (1972) in networkx. Parallel ways add up, segments in series are as good as the
    weakest; an unknown capacity limits nothing, so a way of only unknown ones gives infinity.
    Other traffic is not subtracted. `without`: nodes taken out; 0 if the source or the target
    is among them. Raises ValueError for a node that is not in the network, or a target that is
    the source.
    """
    left = _without(graph, source, target, without)
    if left is None:
        return 0.0, 0.0
    return (
        _max_flow(left, source, target, "capacity_low"),
        _max_flow(left, source, target, "capacity_high"),
    )


def best_path(
    graph: nx.MultiGraph,
    source: str,
    target: str,
    weight: Literal["km", "days"] = "km",
    without: Iterable[str] = (),
) -> Path | None:
    """Return the way with the fewest km or days (the middle of each range), or None.

    Source: Dijkstra's algorithm, by networkx. A segment whose `weight` is unknown is not used,
    so the true best may be shorter. Time spent in nodes counts only as far as the segments'
    days hold it. `without`: nodes taken out; None if the source or the target is among them, or
    if no way is left. Raises ValueError as `capacity_between` and for another weight.
    """
    if weight not in ("km", "days"):
        raise ValueError(f"weight: {weight!r} must be 'km' or 'days'")
    left = _without(graph, source, target, without)
    if left is None:
        return None

    def best(edges: dict) -> dict | None:
        """Return the best of parallel segments, None if all have an unknown weight."""
        known = [edge for edge in edges.values() if not pd.isna(edge[weight])]
        return min(known, key=lambda edge: edge[weight], default=None)

    def cost(_start: str, _end: str, edges: dict) -> float | None:
        edge = best(edges)
        return None if edge is None else edge[weight]  # None hides the edge

    try:
        nodes = nx.dijkstra_path(left, source, target, weight=cost)
    except nx.NetworkXNoPath:
        return None
    steps = (best(left[start][end]) for start, end in pairwise(nodes))
    taken = [edge for edge in steps if edge]  # every step has one: `cost` hides the others
    sums = {name: math.fsum(e[name] for e in taken) for name in ("km", "days_low", "days_high")}
    return Path(tuple(nodes), tuple(edge["segment"] for edge in taken), **sums)


def criticality(
    graph: nx.MultiGraph, source: str, target: str, nodes: Iterable[str]
) -> pd.DataFrame:
    """Return what is left between source and target when each of `nodes` stops, one row each.

    Columns: node; capacity_low, capacity_high (Mt a year that still flow, as
    `capacity_between`); share_lost_low, share_lost_high = 1 - left / before, with all
    capacities at the low and at the high end (NaN if before is 0 or infinite; not in order, as
    the node may matter more at the low end); detour_km = the shortest way left less the
    shortest before, detour_days the same of the fastest (NaN if there is none, before or now);
    path = the nodes of the shortest way left, joined by " – ", or "none". Rows in the order of
    `nodes`. Raises ValueError as `capacity_between`.
    """
    before = capacity_between(graph, source, target)
    shortest = best_path(graph, source, target, "km")
    fastest = best_path(graph, source, target, "days")
    rows = []
    for node in nodes:
        left = capacity_between(graph, source, target, [node])
        lost = [
            1 - now / was if 0 < was < math.inf else math.nan
            for now, was in zip(left, before, strict=True)
        ]
        short = best_path(graph, source, target, "km", [node])
        fast = best_path(graph, source, target, "days", [node])
        rows.append(
            {
                "node": node,
                "capacity_low": left[0],
                "capacity_high": left[1],
                "share_lost_low": lost[0],
                "share_lost_high": lost[1],
                "detour_km": short.km - shortest.km if short and shortest else math.nan,
                "detour_days": fast.days - fastest.days if fast and fastest else math.nan,
                "path": " – ".join(short.nodes) if short else NO_PATH,
            }
        )
    names = ["node", "capacity_low", "capacity_high", "share_lost_low", "share_lost_high"]
    return pd.DataFrame(rows, columns=[*names, "detour_km", "detour_days", "path"])
