"""The load tool: how fast, how late and how big everything is, beside the limits of the machine.

    python -m tests.load            everything (about ten minutes)
    python -m tests.load --quick    a small run of every part, to see that the tool itself works
    python -m tests.load accept     only the scenarios named

`scripts/bench` starts the containers and runs this inside their network namespace, so that all traffic stays on one
loopback interface. Prints a table and writes test-results/bench.json.
"""
