"""Logs as the state keeps them: compressed, with what opam says of every install known before."""

from __future__ import annotations

import zlib

# What stands in most logs. Files of states need it to be read: it never changes; a better one is
# one more, and a log's bytes say which it needs.
_OPAM = b"""\
not tried: .1 is failure
E: Unable to locate package
E: Package '' has no installation candidate
opamplan: system packages could not be installed
[ERROR] Failed to get sources of .1: curl error code 404
opamplan: a download failed; again in 1 s
make: *** [Makefile:1: all] Error 2
Error: Unbound module
Error: Library "" not found.
Error: This expression has type  but an expression was expected of type
File "src/dune", line 1, characters 0-1:
(cd _build/default && /opamplan/opam/default/bin/ocamlfind ocamlopt -c -g -bin-annot -I src -o src/

<><> Updating package repositories ><><><><><><><><><><><><><><><><><><><><><><>
[default] synchronised from file:///opamplan/repository
Now run 'opam upgrade' to apply any package updates.
The following actions will be performed:
=== install 2 packages
=== install 1 package
  - install .

<><> Processing actions <><><><><><><><><><><><><><><><><><><><><><><><><><><><>
-> retrieved .1.0  (https://github.com/releases/download/v0.1/.tbz)
-> retrieved .1.0  (/opamplan/in/cache)
[ERROR] The compilation of .1.0 failed at "dune build -p  -j 1 @install".

#=== ERROR while compiling .1.0 ===============================================#
# context              2.3.0 | linux/x86_64 |  | file:///opamplan/repository
# path                 /opamplan/opam/default/.opam-switch/build/.1.0
# command              /opamplan/opam/default/bin/dune build -p  -j 1 @install
# exit-code            1
# env-file             /opamplan/opam/log/-32-.env
# output-file          /opamplan/opam/log/-32-.out
### output ###

<><> Error report <><><><><><><><><><><><><><><><><><><><><><><><><><><><><><><>
+- The following actions failed
| - build .1.0
+-
- No changes have been performed
# To update the current shell environment, run: eval $(opam env)

-> retrieved .1.0  (/opamplan/in/cache)
-> installed .1.0
Done.
# To update the current shell environment, run: eval $(opam env)
"""
DICTIONARIES = {zlib.adler32(_OPAM): _OPAM}
"""By the number that a stream names."""


def packed(log: str) -> bytes:
    """Bytes that `unpacked` reads."""
    pack = zlib.compressobj(zdict=_OPAM)
    return pack.compress(log.encode()) + pack.flush()


def unpacked(data: bytes) -> str:
    """The log again; also of what was compressed without a dictionary."""
    number = int.from_bytes(data[2:6], "big") if data[1] & 0x20 else 0
    known = DICTIONARIES.get(number)
    unpack = zlib.decompressobj(zdict=known) if known else zlib.decompressobj()
    return (unpack.decompress(data) + unpack.flush()).decode()
