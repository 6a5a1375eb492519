"""The race: convlens and other libraries on Fashion-MNIST, each as its own documentation teaches it.

    python -m bench.race            # three seeds; some hours, run it alone; it goes on where it stopped
    python -m bench.race --trial    # every contestant on a few pictures, to see that it works; nothing is kept

Every contestant is a script of `contestants/` that runs in an environment of its own with the exact packages of
`requirements/`, in turns, with the same files, threads and seeds. The clock runs from the start of its process to a
score on the test set. Every run is a line of build/race/runs.jsonl as soon as it is done; a run that failed stays there
as one, until its line is deleted. The files that are made from those lines: bench/race/results.json, docs/race.svg, and
the tables of docs/race.md and of the README.
"""
