"""The scheduling engine in a child process, kept warm, killed when it is late or wrong."""

from app.outbound.solver.process import SolverProcess

__all__ = ["SolverProcess"]
