"""Why a run did not come to its end, in one sentence that says what to do."""

import linecache

from convlens.checking.probe.apart import MEMORY, SECONDS
from convlens.checking.probe.observation import Crash

_GIVE = 'give them with --arguments "..."'
_LACKING = (
    ("usage", "", "", f"it wants other arguments: {{said}}; {_GIVE}"),
    ("time", "", "", f"its {SECONDS} s of the processor were up; what was seen until then counts"),
    ("memory", "", "", f"it wanted more than {MEMORY // 2**30} GiB of memory; what was seen until then counts"),
    ("exit", "", "", "it ended itself with status {said}"),
    ("", "IndexError", "argv", f"it reads arguments from sys.argv that are not there; {_GIVE}"),
    (
        "", "EOFError", "", "it waits for input(), and nobody answers a script that is run apart; let it take the "
        'answer from its command line, and give it with --arguments "..."',
    ),
    ("", "KeyError", "environ", "it reads the environment variable {said}, which is not set; set it for this command"),
    ("", "ModuleNotFoundError", "", "{said}; install it beside convlens to have the script run"),
    ("", "FileNotFoundError", "", "{said}; a script is run in its own folder, and sees what lies there"),
    ("missing", "", "", "{said}; that is not at hand where it is run"),
)  # fmt: skip
"""The kind of a crash, its error, a word in the line that stopped, empty for any; and what to say."""


def advise(crash: Crash) -> str:
    """What a script lacked and how to give it, or what it said itself; to follow a colon."""
    text = linecache.getline(crash.place.file, crash.place.line) if crash.place is not None else ""
    said = crash.message.rstrip(".") or crash.error
    for kind, error, word, sentence in _LACKING:
        if kind in ("", crash.kind) and error in ("", crash.error) and word in text:
            return sentence.format(said=said)
    return said
