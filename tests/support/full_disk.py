"""A disk that is full after so many bytes, for a program under test (tools/full_disk.cpp)."""

import pathlib
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "tools/full_disk.cpp"


def full_disk(folder, path_part, bytes_left, free_bytes=None):
    """The environment of a program whose files with `path_part` in their paths may grow by so many
    bytes, and to which every disk says that `free_bytes` are free; the library is built in `folder`."""
    library = pathlib.Path(folder) / "full_disk.so"
    if not library.exists():
        subprocess.run(["g++", "-std=c++20", "-O1", "-shared", "-fPIC", "-o", str(library),
                        str(SOURCE), "-ldl"], check=True)
    return {"LD_PRELOAD": str(library), "MILLRACE_DISK_PATH": path_part,
            "MILLRACE_DISK_LEFT": str(bytes_left),
            **({} if free_bytes is None else {"MILLRACE_DISK_FREE": str(free_bytes)})}
