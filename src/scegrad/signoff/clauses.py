"""Clauses of an and-inverter graph in a solver, added as they are asked for."""

from scegrad.signoff.aig import Aig, Literal

SOLVER = "glucose4"
"""The solver of the package python-sat."""


class Clauses:
    """The solver of a graph that may grow."""

    def __init__(self, graph: Aig) -> None:
        # In the child process alone, which needs no more than this.
        from pysat.solvers import Solver

        self._graph, self._written = graph, set[int]()
        self._backend = Solver(name=SOLVER)
        self._backend.add_clause([-1])  # node 0 is false, as variable 1

    @property
    def conflicts(self) -> int:
        """The conflicts of all answers so far."""
        return int(self._backend.accum_stats()["conflicts"])

    def solve(self, literals: list[Literal], budget: int | None) -> dict[int, bool] | None:
        """The values of the nodes with which all literals are 1; None if there are none. A node
        that decides nothing has any value or none. Raises ``TimeoutError`` after ``budget``
        conflicts.
        """
        self.write(*literals)
        self._backend.conf_budget(-1 if budget is None else budget)
        found = self._backend.solve_limited(assumptions=[_signed(each) for each in literals])
        if found is None:
            raise TimeoutError
        if not found:
            return None
        return {abs(value) - 1: value > 0 for value in self._backend.get_model()}

    def write(self, *literals: Literal) -> None:
        """Add the clauses of nodes and of all that they need, those that are new."""
        inputs, waiting = len(self._graph.inputs), [literal >> 1 for literal in literals]
        while waiting:
            at = waiting.pop()
            if at <= inputs or at in self._written:
                continue
            self._written.add(at)
            a, b = self._graph.gates[at - 1 - inputs]
            waiting += (a >> 1, b >> 1)
            for clause in ((2 * at ^ 1, a), (2 * at ^ 1, b), (2 * at, a ^ 1, b ^ 1)):
                self._backend.add_clause([_signed(each) for each in clause])


def _signed(literal: Literal) -> int:
    variable = (literal >> 1) + 1
    return -variable if literal & 1 else variable
