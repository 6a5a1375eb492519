"""From a target's name to its sums, its problem and its wrong comments."""

from collections.abc import Callable
from dataclasses import dataclass

from convlens.byhand.comments import WrongComment, wrong_comments
from convlens.byhand.derivation import Derivation, derive
from convlens.byhand.problems import Problem, find_problem
from convlens.byhand.sandbox import SECONDS, trace_apart
from convlens.byhand.targets import Target, find_target


@dataclass(frozen=True)
class Worked:
    """A network worked out: the sums, the first thing wrong with it, and the shape comments that are wrong."""

    target: Target
    derivation: Derivation
    problem: Problem | None
    comments: list[WrongComment]


def work_out(target: str, picture: tuple[int, ...] | None, say: Callable[[str], None] = lambda text: None) -> Worked:
    """Work out every size of a network.

    Args:
        target: `lecture`, a run's folder, `FILE.py:Class`, or `FILE.py` with one network in it.
        picture: (C, H, W), or None to find it in the file.
        say: told what a person should know meanwhile: that the file is run, and what was found in it.

    Raises:
        NetworkError: it cannot be traced.
        RunError: the run's folder cannot be read.
    """
    found = find_target(target, picture)
    if found.own:
        say(
            f"Running the definitions in {found.file} that {found.name} needs: apart, without writing files and for "
            f"{SECONDS} s at most."
        )
    if found.found:
        say(f"Input {','.join(map(str, found.picture))}, from {found.found}.")
    trace = trace_apart(found.file, found.name, found.picture, found.arguments)
    for note in trace.notes:
        say(note)
    derivation = derive(trace)
    text = found.file.read_text(encoding="utf-8-sig")
    problem = find_problem(derivation)
    wrong = wrong_comments(text, trace.file, derivation) if found.own else []
    return Worked(found, derivation, problem, wrong)
