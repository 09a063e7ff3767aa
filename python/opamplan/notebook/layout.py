"""A layered drawing of an acyclic graph, after Sugiyama, Tagawa and Toda (1981).

Ranks by longest path, edges over several ranks cut by way points, crossings reduced by medians,
rows straightened by averaging. Deterministic; no dependency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

SWEEPS = 6


class Layout:
    """Where nodes stand and which way points edges pass, in units of ranks and rows."""

    def __init__(self, graph: Mapping[str, Sequence[str]]) -> None:
        """`graph`: for each node the nodes it points to."""
        self.names = list(graph)
        index = {name: i for i, name in enumerate(self.names)}
        self._below = [[index[t] for t in graph[name]] for name in self.names]
        self.rank = self._ranks()
        self.routes: dict[tuple[str, str], list[int]] = {}
        self._insert_way_points()
        self._columns = self._first_order()
        self._reduce_crossings()
        self.row = self._rows()

    @property
    def ranks(self) -> int:
        """How many there are."""
        return len(self._columns)

    @property
    def height(self) -> float:
        """Rows in use."""
        return max(self.row, default=0.0) + 1

    def _ranks(self) -> list[int]:
        """The longest path to a node that points to nothing, seen from the other side."""
        heights: dict[int, int] = {}
        for start in range(len(self.names)):
            stack = [start]
            while stack:
                node = stack[-1]
                missing = [t for t in self._below[node] if t not in heights]
                if node in heights or not missing:
                    below = (heights[t] + 1 for t in self._below[node])
                    heights.setdefault(node, max(below, default=0))
                    stack.pop()
                elif len(stack) > len(self.names):
                    raise ValueError("the graph has a cycle")
                else:
                    stack.append(missing[0])
        top = max(heights.values(), default=0)
        return [top - heights[i] for i in range(len(self.names))]

    def _insert_way_points(self) -> None:
        self._down: list[list[int]] = [[] for _ in self.names]
        for i, name in enumerate(self.names):
            for target in self._below[i]:
                route, last = [i], i
                for rank in range(self.rank[i] + 1, self.rank[target]):
                    self.rank.append(rank)
                    self._down.append([])
                    self._down[last].append(len(self.rank) - 1)
                    last = len(self.rank) - 1
                    route.append(last)
                self._down[last].append(target)
                self.routes[name, self.names[target]] = [*route, target]
        self._up: list[list[int]] = [[] for _ in self._down]
        for i, targets in enumerate(self._down):
            for target in targets:
                self._up[target].append(i)

    def _first_order(self) -> list[list[int]]:
        """Columns in the order a depth-first walk meets them, which keeps families together."""
        columns: list[list[int]] = [[] for _ in range(max(self.rank, default=-1) + 1)]
        seen: set[int] = set()
        starts = [i for i in range(len(self._down)) if not self._up[i]]
        stack = starts[::-1]
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            columns[self.rank[node]].append(node)
            stack += self._down[node][::-1]
        return columns

    def _reduce_crossings(self) -> None:
        for sweep in range(SWEEPS):
            down = sweep % 2 == 0
            neighbours = self._up if down else self._down
            columns = self._columns if down else self._columns[::-1]
            for before, column in zip(columns, columns[1:]):
                place = {node: i for i, node in enumerate(before)}
                old = {node: i for i, node in enumerate(column)}
                weight = {}
                for node in column:
                    near = sorted(place[n] for n in neighbours[node] if n in place)
                    weight[node] = float(near[len(near) // 2]) if near else float(old[node])
                column.sort(key=lambda node: (weight[node], old[node]))

    def _rows(self) -> list[float]:
        row = [0.0] * len(self.rank)
        for column in self._columns:
            for i, node in enumerate(column):
                row[node] = float(i)
        for sweep in range(SWEEPS):
            columns = self._columns if sweep % 2 else self._columns[::-1]
            for column in columns:
                self._straighten(column, row)
        lowest = min(row, default=0.0)
        return [y - lowest for y in row]

    def _straighten(self, column: list[int], row: list[float]) -> None:
        """Move a column towards its neighbours' means, order and distances of 1 kept."""
        wanted = []
        for node in column:
            near = [row[n] for n in self._up[node] + self._down[node]]
            wanted.append(sum(near) / len(near) if near else row[node])
        # The least change that keeps distances: merge blocks that overlap (adjacent violators).
        blocks: list[list[float]] = []  # sum of (wanted - offset), length
        for y in wanted:
            blocks.append([y, 1.0])
            while len(blocks) > 1:
                (sum_a, n_a), (sum_b, n_b) = blocks[-2], blocks[-1]
                if sum_a / n_a + n_a <= sum_b / n_b:
                    break
                blocks[-2:] = [[sum_a + sum_b - n_a * n_b, n_a + n_b]]
        i = 0
        for total, count in blocks:
            for k in range(int(count)):
                row[column[i]] = total / count + k
                i += 1
