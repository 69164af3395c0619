"""Local disks are told from those that other machines share, in the words of Linux and of macOS."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.record import filesystem

LINUX = """\
/dev/sda1 / ext4 rw,relatime 0 0
tmpfs /dev/shm tmpfs rw 0 0
server:/export /mnt/share nfs4 rw,vers=4.2 0 0
//server/data /mnt/share/with\\040space cifs rw 0 0
/dev/sdb1 /mnt/share/local ext4 rw 0 0
/dev/sdc1 /mnt/twice ext4 rw 0 0
me@host: /mnt/twice fuse.sshfs rw 0 0
"""
MACOS = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
//me@server/share on /Volumes/share (smbfs, nodev, nosuid, mounted by me)
"""


@pytest.mark.parametrize(
    ("path", "kind", "network"),
    [
        ("/home/anna/tracker.db", "ext4", False),
        ("/dev/shm/tracker.db", "tmpfs", False),
        ("/mnt/share/tracker.db", "nfs4", True),
        ("/mnt/share/with space/tracker.db", "cifs", True),
        ("/mnt/share/local/tracker.db", "ext4", False),
        ("/mnt/shared/tracker.db", "ext4", False),
        ("/mnt/twice/tracker.db", "fuse.sshfs", True),
    ],
)
def test_linux(path: str, kind: str, network: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystem, "_mounts", lambda: filesystem._told_by_linux(LINUX))
    assert filesystem.file_system(Path(path)) == kind
    assert (filesystem.network_file_system(Path(path)) is not None) == network


@pytest.mark.parametrize(("path", "kind"), [("/Users/anna/t.db", "apfs"), ("/Volumes/share/t.db", "smbfs")])
def test_macos(path: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystem, "_mounts", lambda: filesystem._told_by_bsd(MACOS))
    assert filesystem.file_system(Path(path)) == kind


def test_a_machine_that_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filesystem, "_mounts", list)
    assert filesystem.file_system(Path("/x")) is None
    assert filesystem.network_file_system(Path("/x")) is None


def test_this_machine(tmp_path: Path) -> None:
    assert filesystem.network_file_system(tmp_path / "tracker.db") is None
