"""Names of plans are those of folders below one, so that none may lead elsewhere."""

from __future__ import annotations

_PACKAGES = "packages"
"""What lies below a folder of that name counts as packages of a repository."""


def is_folder_name(name: str) -> bool:
    """One component of a path that people can read; not hidden, nor one that leads upwards."""
    return name.isprintable() and "/" not in name and name[:1] not in ("", ".")


def wrong_with(name: str) -> str:
    """Why a plan of several cannot be called so; empty if it can."""
    if not name:
        return "it is to be that of a folder, and is empty"
    if not is_folder_name(name):
        return (
            "it is to be that of a folder: one name, without / and without a dot at its beginning"
        )
    if name == _PACKAGES:
        return "it is to be that of a folder, and a repository has its packages in one of that name"
    return ""
