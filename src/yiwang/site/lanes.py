"""The systems' demonstrations, loaded in processes beside one another.

Making and checking rows takes one core, storing them and their indexes another. The processes are fresh ones, which
import this module before Django is set up: nothing here may import a model.
"""

from __future__ import annotations

import importlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import click

LANES = 2
# Systems whose demonstrations are loaded one after another; the next to begin is the next of the list.
CHAINS = (
    ("yiwang.domains.services.licences.demo",),
    ("yiwang.domains.governance.baseregisters.demo",),
    ("yiwang.domains.services.portal.demo",),
    # Some reviews are of the kiosks' transactions.
    ("yiwang.domains.services.kiosks.demo", "yiwang.domains.services.reviews.demo"),
    ("yiwang.domains.services.health.demo",),
    (
        "yiwang.domains.infrastructure.catalogue.demo",
        "yiwang.domains.infrastructure.cloud.demo",
        "yiwang.domains.industry.fishery.demo",
        "yiwang.domains.services.supervision.demo",
        "yiwang.domains.institutions.operations.demo",
        "yiwang.domains.office.collaboration.demo",
    ),
)


def load_systems() -> None:
    """Load every chain; an error of any of them is raised. The caller has closed its connections."""
    # A fork would share what is open to the database.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(LANES, context, initializer=_begin) as pool:
        for chain in [pool.submit(_load, modules) for modules in CHAINS]:
            chain.result()


def _begin() -> None:
    import django

    django.setup()


def _load(modules: tuple[str, ...]) -> None:
    for module in modules:
        importlib.import_module(module).load(say)


def say(line: str) -> None:
    """A line of progress."""
    click.echo(f"· {line}")
