"""Memory of a process and its children, with shared pages counted once: PSS."""

from pathlib import Path


def pss(pid: int) -> float:
    """Return the proportional set size of a process tree, in MiB."""
    return sum(_own(member) for member in tree(pid)) / 1024


def tree(pid: int) -> list[int]:
    """Return this process and those below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [member for child in children for member in tree(int(child))]


def _own(pid: int) -> int:
    """In KiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
