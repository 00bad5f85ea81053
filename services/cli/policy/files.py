"""A pack from a file, or the end of the command."""

from pathlib import Path

from services.cli.exits import Exit, Stop
from shared.policy.load import pack_text, parse_pack
from shared.policy.pack import Pack


def pack_in(file: Path) -> Pack:
    """Raises Stop when the file cannot be read, PackRefused when it is no pack."""
    return parse_pack(text_in(file), file.name)


def text_in(file: Path) -> str:
    """Raises Stop when the file cannot be read, PackRefused when it is no text."""
    try:
        return pack_text(file)
    except OSError as away:
        raise Stop(
            Exit.USAGE,
            f"{file} cannot be read: {away.strerror}.",
            f"无法读取 {file}：{away.strerror}。",
        ) from away
