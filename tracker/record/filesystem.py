"""Decides whether a path lies on a file system that other machines share."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_NETWORK = frozenset(
    """
    9p afpfs afs beegfs ceph cifs coda davfs fuse.ceph fuse.davfs fuse.glusterfs fuse.rclone fuse.s3fs
    fuse.sshfs gfs2 glusterfs lustre ncpfs nfs nfs4 ocfs2 orangefs smb smb2 smb3 smbfs webdav
    """.split()  # noqa: SIM905
)


def network_file_system(path: Path) -> str | None:
    """The kind of network file system that `path` (or what will be there) lies on; None: a local one."""
    kind = file_system(path)
    return kind if kind in _NETWORK else None


def file_system(path: Path) -> str | None:
    """The kind of file system that `path` lies on; None where this machine does not tell."""
    real = os.path.realpath(path)
    inside = [
        (point, kind)
        for point, kind in _mounts()
        if real == point or real.startswith(point.rstrip("/") + "/")
    ]
    # The longest mount point is the nearest; of two at one point the later one covers the earlier.
    return max(enumerate(inside), key=lambda found: (len(found[1][0]), found[0]))[1][1] if inside else None


def _mounts() -> list[tuple[str, str]]:
    try:
        return _told_by_linux(Path("/proc/self/mounts").read_text("utf-8", "surrogateescape"))
    except FileNotFoundError:
        pass
    except OSError:
        return []
    try:
        mount = subprocess.run(["/sbin/mount"], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return _told_by_bsd(mount.stdout)


def _told_by_linux(text: str) -> list[tuple[str, str]]:
    """Lines such as `server:/export /mnt/share nfs4 rw,relatime 0 0`."""
    return [(_unescaped(fields[1]), fields[2]) for fields in map(str.split, text.splitlines())]


def _unescaped(field: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        field = field.replace(code, character)
    return field


def _told_by_bsd(text: str) -> list[tuple[str, str]]:
    """Lines such as `//me@server/share on /Volumes/share (smbfs, nodev)`, as macOS prints them."""
    told = []
    for line in text.splitlines():
        point, _, options = line.partition(" on ")[2].rpartition(" (")
        told.append((point, options.split(",")[0].rstrip(")")))
    return told
