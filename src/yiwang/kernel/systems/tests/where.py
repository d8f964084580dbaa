"""Prints where the package was imported from: ``python -m yiwang.kernel.systems.tests.where``."""

from __future__ import annotations

import sys

import yiwang

sys.stdout.write(f"{yiwang.__file__}\n")
