"""What a question was asked under, in words: the agreement alone, the law beside it, or a reading."""

from __future__ import annotations

from contractlang.diagnostic import Language
from engine.governing import CONTRACT
from engine.voice import Voice


def under_called(under: str, voice: Voice) -> str:
    """Return what a question was asked under: layers (`contract+civil`), or a reading and its option (`lend=any`)."""
    reading, chosen, option = under.partition("=")
    if chosen:
        return f"{voice.plain(reading)}{voice.pick(': ', '：')}{voice.option(reading, option)}"
    return layers_called(tuple(under.split("+")), voice)


_LAYERS = {
    "civil": ("contracts in general", "民事一般规定"), "sector": ("telecommunications", "电信"),
    "consumer": ("consumers", "消费者保护"), "cyber": ("networks and data", "网络与数据"),
    "local:HN": ("Henan", "河南"), "local:CQ": ("Chongqing", "重庆"),
}  # fmt: skip
"""The layers of the laws that are shipped, as a reader calls them; another layer goes by its own name."""


def layer_called(layer: str, language: Language) -> str:
    """Return how a layer of law is called."""
    en, zh = _LAYERS.get(layer, (layer, layer))
    return en if language == "en" else zh


def layers_called(layers: tuple[str, ...], voice: Voice) -> str:
    """Return beside which law something is asked."""
    law = [each for each in layers if each != CONTRACT]
    if not law:
        return voice.pick("by the agreement alone", "仅依协议")
    called = voice.pick(", ", "、").join(layer_called(each, voice.language) for each in law)
    return voice.pick(f"beside the law on {called}", f"结合法律：{called}")
