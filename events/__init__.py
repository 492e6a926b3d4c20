"""The published language of Samenplan: facts, envelope and personal values. Pydantic only.

Importing this package registers every fact; an unknown name is an error, never an import.
"""

from events import consent, intake, plan, toezicht

__all__ = ["consent", "intake", "plan", "toezicht"]
