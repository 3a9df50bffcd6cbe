"""Where things are: here, and in the package."""

from pathlib import Path, PurePath

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
SITE = PurePath(".python_packages", "lib", "site-packages")
"""
Where the Functions worker looks for packages.

Source: https://learn.microsoft.com/azure/azure-functions/functions-reference-python#folder-structure
"""
