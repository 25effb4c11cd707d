"""Runs python.py for a function under development, and reports how loading its handler went.

Arguments: the file for the report, the folder that paths are told from, python.py. The report is JSON: `modules`, the
files that were loaded, or `failure` with the place in the source.
"""

import importlib.machinery
import importlib.util
import json
import os
import sys
import sysconfig
import time
import traceback

REPORT, ROOT, BOOTSTRAP = sys.argv[1:4]
INSTALLED = ("site-packages", "dist-packages")


def write_report(report):
    # Renamed, so that it is whole whenever it is read.
    part = f"{REPORT}.{os.getpid()}"
    with open(part, "w", encoding="utf-8") as file:
        json.dump(report, file)
    os.replace(part, REPORT)


def list_modules():
    standard = sysconfig.get_path("stdlib")
    named = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    files = {os.path.realpath(file) for file in named if file}
    return sorted(
        file
        for file in files
        if file not in (__file__, BOOTSTRAP)
        and not file.startswith(standard + os.sep)
        and not any(part in INSTALLED for part in file.split(os.sep))
    )


def describe_failure(error):
    name = getattr(error, "error_type", type(error).__name__)
    if isinstance(error, SyntaxError):
        return describe_place(f"{name}: {error.msg}", error.filename, error.lineno, error.offset, error.text)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if is_source(frame.filename)]
    if not frames:
        return {"message": f"{name}: {error}"}
    frame = frames[-1]
    column = getattr(frame, "colno", None)
    line = getattr(frame, "_original_line", None) or frame.line
    return describe_place(f"{name}: {error}", frame.filename, frame.lineno, None if column is None else column + 1, line)


def is_source(filename):
    if filename in (__file__, BOOTSTRAP) or filename.startswith("<"):
        return False
    return not any(part in INSTALLED for part in filename.split(os.sep)) and not filename.startswith(
        sysconfig.get_path("stdlib") + os.sep
    )


def describe_place(message, filename, line, column, text):
    failure = {"message": message}
    if filename:
        failure["file"] = os.path.relpath(filename, ROOT) if os.path.isabs(filename) else filename
    if line:
        failure["line"] = line
    if line and column:
        failure["column"] = column
    if text:
        failure["lineText"] = text.rstrip("\r\n")
    return failure


def keep_no_fresh_bytecode():
    """Lets what was saved within the last two seconds leave no bytecode.

    Python takes bytecode for that of a source of the same size and of the same time, to the second: of two saves within
    one second the later one would never run.
    """
    loader = importlib.machinery.SourceFileLoader
    keep = loader.set_data

    def set_data(self, path, data, **options):
        if time.time() - os.stat(self.path).st_mtime >= 2:
            keep(self, path, data, **options)

    loader.set_data = set_data


def main():
    keep_no_fresh_bytecode()
    spec = importlib.util.spec_from_file_location("bootstrap", BOOTSTRAP)
    runtime = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(runtime)
    load_handler = runtime.load_handler

    def load_and_report(text):
        try:
            handler = load_handler(text)
        except Exception as error:
            cause = error.__cause__ if isinstance(error.__cause__, (SyntaxError, ImportError)) else error
            write_report({"failure": describe_failure(cause)})
            raise
        write_report({"modules": list_modules()})
        return handler

    # The bootstrap leaves its own frames out of a stack, and this one is to count as one of them.
    load_and_report.__code__ = load_and_report.__code__.replace(co_filename=runtime.__file__)
    runtime.load_handler = load_and_report
    sys.argv = [BOOTSTRAP]
    runtime.main()


main()
