"""The machine's clock as the program sees it, through libfaketime: it runs, and tests move it on."""

import glob
import os
from pathlib import Path

LIBRARIES = ["/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib/faketime/libfaketimeMT.so.1"]


class Clock:
    """An offset in a file, which every process of one shop reads anew at each look at the time."""

    def __init__(self, folder: Path):
        found = [path for pattern in LIBRARIES for path in glob.glob(pattern)]
        assert found, "libfaketime is not installed (package faketime)"
        self.library = found[0]
        self.file = folder / "clock"
        self.seconds = 0
        self.move(0)

    def move(self, seconds):
        """Lets `seconds` pass at once."""
        self.seconds += seconds
        fresh = self.file.with_suffix(".fresh")
        fresh.write_text(f"+{self.seconds}s\n")
        os.replace(fresh, self.file)

    def environment(self):
        return {
            "LD_PRELOAD": self.library,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
