"""The composition root: the only package that knows all services."""

from infra import collector

collector.seldom()  # first of all: what comes next is loading
