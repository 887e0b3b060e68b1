"""Answers as the log keeps them: packed, for nearly half of an answer is the names of its parts.

What is packed can be read for ever: what is known beforehand (`_KNOWN`) must never change. What was kept before answers
were packed is read as it is.
"""

from __future__ import annotations

import zlib

_MARK = b"\0"
"""What something packed begins with; no answer does."""
_WINDOW, _MEMORY = 12, 5
"""An answer is small: more of either takes longer to lay out than it saves."""
_KNOWN = (
    b'"unit":"","sent_at":"arrives_at","interest":0,"days":"minutes","voip-2","amount","no sum","window","last day",'
    b'"renewed","state","provisional":true,"truncated":true,"nothing speaks of it","question","forbidden","no_basis",'
    b'"unregulated","undetermined","conflicting","requires","forbids","closed","prevailed","breach","valid","answer",'
    b'"parts":[{"code":"happened","args":["event","sign"],"holds":true,"events":["a-1","a-2"],"parts":[{"code":"law",'
    b'{"version":1,"answer":"permitted","verdict":"permitted","required":false,"value":null,"truncated":false,'
    b'"reasons":[{"code":"permits","args":["voip-1"],"holds":true,"events":[],"parts":[{"code":"overdue","args":["'
    b'"],"holds":false,"events":[],"parts":[{"code":"not","args":[],"holds":false,"events":[],"parts":[{"code":"and",'
    b'"args":[],"holds":true,"events":[],"parts":[{"code":"blank","args":["","holds":true,"events":[],"parts":[]}]}]},'
    b'{"code":"agreement","args":["in_force",""],"holds":true,"events":["","],"parts":[]}],"missing":[{"kind":"","name":"'
    b'","about":null}],"could_be":["],"assumes":[{"reading":"RS-","option":"'
    b'"}],"cure":[{"party":"user","act":"pay","about":"","amount":}],"holds_until":"2026-01-01T00:00+08:00",'
    b'"provisional":false,"exact":true,"receipt":{"documents":[{"name":"voip-1","text_hash":"","meaning_hash":""}],'
    b'"engine":"1+","calendar":"cn-2025-11-04.b4d64e","terms":"","ledger":"","events":,'
    b'"as_of":"2026-01-01T00:00:00+08:00","known_at":null}}'
)


def packed(answer: bytes) -> bytes:
    """Return an answer as it is kept."""
    packing = zlib.compressobj(1, zlib.DEFLATED, _WINDOW, _MEMORY, zdict=_KNOWN)
    return _MARK + packing.compress(answer) + packing.flush()


def unpacked(kept: bytes) -> bytes:
    """Return the answer that is kept so; what is damaged as it stands, which is no answer."""
    if not kept.startswith(_MARK):
        return kept
    unpacking = zlib.decompressobj(_WINDOW, zdict=_KNOWN)
    try:
        return unpacking.decompress(kept[len(_MARK) :]) + unpacking.flush()
    except zlib.error:
        return kept
