#!/usr/bin/env python3
"""The commands behind the Makefile. Python 3.9 and its standard library are enough."""

import sys

from storybot_cli.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
