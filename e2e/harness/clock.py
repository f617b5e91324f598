"""The machine's clock as the program sees it: it runs, and tests move it on."""

import functools
import os
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")
FOLDER = tempfile.TemporaryDirectory(prefix="cartwright-clock-")


@functools.cache
def library():
    """The small library that stands before the system's clock, compiled for this run."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    assert compiler, "a C compiler is needed for the tests' clock"
    built = Path(FOLDER.name) / "clock.so"
    done = subprocess.run(
        [compiler, "-shared", "-fPIC", "-O2", "-o", str(built), str(SOURCE)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return built


class Clock:
    """So many seconds ahead, in a file which every process of one shop looks at each time."""

    def __init__(self, folder: Path):
        self.file = folder / "clock"
        self.seconds = 0
        self.file.write_bytes(struct.pack("=q", 0))

    def move(self, seconds):
        """Lets `seconds` pass at once."""
        self.seconds += seconds
        descriptor = os.open(self.file, os.O_WRONLY)
        try:
            os.pwrite(descriptor, struct.pack("=q", self.seconds), 0)
        finally:
            os.close(descriptor)

    def environment(self):
        return {"LD_PRELOAD": str(library()), "CARTWRIGHT_TEST_CLOCK": str(self.file)}
