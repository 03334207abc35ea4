"""Stripe's libraries of other languages, run where their toolchains are installed: what each needs, and its flows."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.strangers.programs import LONGEST, SOURCES, Ended


class MissingError(Exception):
    """A toolchain is not installed, or the library cannot be fetched."""


@dataclass(frozen=True)
class Sdk:
    """A library and the program that goes through the guides with it; `flow` matches the names of the program's flows.

    `fetch` and `command` are run in the program's folder with the user's environment, which says where packages come
    from; `{into}` in them is the folder for what is fetched. A library without a `version` is fetched as the newest one.
    """

    name: str
    toolchain: str
    program: str
    flow: str
    fetch: str
    command: str
    version: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def flows(self) -> list[str]:
        """Return the names of the flows, in their order."""
        return re.findall(self.flow, (SOURCES / self.program).read_text(encoding="utf-8"), re.M)

    @property
    def _into(self) -> Path:
        return Path(sys.prefix) / "strangers" / self.name

    def prepare(self) -> None:
        """Fetch the library; raise MissingError where it or its toolchain is not to be had."""
        for tool in self.toolchain.split():
            if shutil.which(tool) is None:
                raise MissingError(f"{self.name} was not tried: {tool} is not installed here")
        self._into.mkdir(parents=True, exist_ok=True)
        result = self._run(self.fetch)
        if result.code:
            last_line = (result.out.strip().splitlines() or ["nothing"])[-1]
            raise MissingError(f"{self.name} was not tried, since it cannot be fetched here: {last_line}")

    def go_through_flows(self, url: str) -> Ended:
        """Run the program at the local Stripe at `url`."""
        return self._run(self.command, url)

    def _surroundings(self) -> dict[str, str]:
        # Tests have a home of their own, without what a toolchain has fetched and compiled before.
        home = {"HOME": pwd.getpwuid(os.getuid()).pw_dir}
        own = {name: value.replace("{into}", str(self._into)) for name, value in self.environment.items()}
        return {**os.environ, **home, **own}

    def _run(self, command: str, *arguments: str) -> Ended:
        ran = subprocess.run(
            [*(word.replace("{into}", str(self._into)) for word in command.split()), *arguments],
            cwd=(SOURCES / self.program).parent,
            env=self._surroundings(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
            timeout=LONGEST,
        )
        return Ended(ran.returncode, ran.stdout)


def _locked(file: str, pattern: str) -> str:
    [version] = re.findall(pattern, (SOURCES / file).read_text(encoding="utf-8"))
    return str(version)


SDKS = (
    Sdk(
        name="stripe-go",
        version=_locked("go/go.mod", r"stripe-go/v\d+ v(\S+)"),
        toolchain="go",
        program="go/guides.go",
        flow=r'^\t\t\{"([^"]+)", \w+\},$',
        fetch="go mod download",
        command="go run .",
    ),
    Sdk(
        name="stripe-java",
        version=_locked("java/pom.xml", r"<artifactId>stripe-java</artifactId>\s*<version>([^<]+)</version>"),
        toolchain="java mvn",
        program="java/Guides.java",
        flow=r'flows\.put\("([^"]+)"',
        fetch="mvn --quiet --batch-mode dependency:copy-dependencies -DoutputDirectory={into}",
        command="java -cp {into}/* Guides.java",
    ),
    Sdk(
        name="stripe-ruby",
        toolchain="ruby gem",
        program="ruby/guides.rb",
        flow=r"^  '([^']+)' => lambda do$",
        fetch="gem install --install-dir {into} --no-document stripe",
        command="ruby guides.rb",
        environment={"GEM_PATH": "{into}"},
    ),
    Sdk(
        name="stripe-php",
        toolchain="php composer",
        program="php/guides.php",
        flow=r"^    '([^']+)' => function \(\) use \(\$stripe\) \{$",
        fetch="composer require --no-interaction --working-dir={into} stripe/stripe-php",
        command="php -d auto_prepend_file={into}/vendor/autoload.php guides.php",
    ),
)
