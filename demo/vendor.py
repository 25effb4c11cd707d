"""Copies installed Python packages, with everything their import brings along, into a function's bundle.

Usage: vendor.py <folder> <package>…      exits with 3 and prints the first package that is missing
"""

import importlib
import pathlib
import shutil
import sys


def main(folder, names):
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError as error:
            print(error.name or name)
            sys.exit(3)
    for top in sorted({module.partition(".")[0] for module in sys.modules}):
        if top not in sys.stdlib_module_names and top not in ("__main__", "sitecustomize"):
            copy(getattr(sys.modules.get(top), "__file__", None), pathlib.Path(folder))


def copy(file, target):
    if file is None:
        return
    source = pathlib.Path(file)
    if source.name == "__init__.py":
        ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
        shutil.copytree(source.parent, target / source.parent.name, dirs_exist_ok=True, ignore=ignore)
    else:
        shutil.copy2(source, target / source.name)


main(sys.argv[1], sys.argv[2:])
