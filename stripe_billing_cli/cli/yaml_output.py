"""Results as YAML: a text that would steer a terminal is written between double quotes, where YAML has escapes."""

from __future__ import annotations

from typing import Any

import yaml

from stripe_billing_cli.cli.foreign_text import in_quotes, steers


class _Dumper(yaml.SafeDumper):
    """PyYAML's own, but for the quotes of such texts: it writes characters that turn the direction of writing as they
    are (`Emitter.analyze_scalar` in `yaml/emitter.py`)."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style='"' if steers(text) else None)


_Dumper.add_representer(str, _Dumper.represent_text)


def yaml_text(value: Any, *, allow_unicode: bool) -> str:
    """Return a value as YAML. `allow_unicode`: whether what prints it takes every character."""
    return in_quotes(yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=allow_unicode))
