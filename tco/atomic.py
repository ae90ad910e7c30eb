"""Atomic: a file that is written beside another one, and can take its place in one step."""

import os
import tempfile
from pathlib import Path


def write_beside(path: Path, content: bytes, mode: int) -> Path:
    """
    Write a new file into the directory of another.

    Parameters
    ----------
    path : Path
        The file whose place it may take; a rename happens at once or not at all.
    content : bytes
        What it holds.
    mode : int
        Who may read and write it.

    Returns
    -------
    part : Path
        The new file, on disk when this returns; nothing is left of one that could not be written.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(mode)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part
