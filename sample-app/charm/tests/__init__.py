"""Run by "python3 -m unittest" in the folder above. Needs nothing that has to be installed; what needs ops is skipped without it."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "src"))
