"""The fields of a customer that a user says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CustomerFields:
    """The fields of a customer that are said: None is not said, "" unsets."""

    email: str | None = None
    name: str | None = None
    phone: str | None = None
    description: str | None = None
    address: Mapping[str, str] | None = None
    metadata: Mapping[str, str] | None = None

    def params(self) -> dict[str, Any]:
        """Return the parameters of what is said."""
        values = {
            "email": self.email,
            "name": self.name,
            "phone": self.phone,
            "description": self.description,
            "address": self.address or None,
            "metadata": self.metadata or None,
        }
        return {name: value for name, value in values.items() if value is not None}
