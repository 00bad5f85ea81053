"""A pack from a file, or the end of the command."""

from pathlib import Path

from services.cli.exits import Exit, Stop
from shared.policy.load import load_pack
from shared.policy.pack import Pack


def pack_in(file: Path) -> Pack:
    """Raises Stop when the file cannot be read, PackRefused when it is no pack."""
    try:
        return load_pack(file)
    except OSError as away:
        raise Stop(
            Exit.USAGE,
            f"{file} cannot be read: {away.strerror}.",
            f"无法读取 {file}：{away.strerror}。",
        ) from away
