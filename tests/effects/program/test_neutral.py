"""Chains made alike by nodes that do nothing."""

from __future__ import annotations

from cutroom.effects.nodes import Affine, Opacity, Warp
from cutroom.render.program.neutral import evened

HALF, BRIGHT = Opacity(opacity=0.5), Affine(offset=0.1)


def test_what_a_chain_lacks_does_nothing() -> None:
    assert evened([(BRIGHT, HALF), (HALF,), (BRIGHT,), ()]) == [
        [BRIGHT, HALF],
        [Affine(), HALF],
        [BRIGHT, Opacity(opacity=1)],
        [Affine(), Opacity(opacity=1)],
    ]


def test_no_node_is_lost_of_chains_in_another_order() -> None:
    chains = [(BRIGHT, HALF), (HALF, BRIGHT)]
    assert evened(chains) == [list(chain) for chain in chains]
    chains = [(BRIGHT, HALF), (Warp(),)]
    assert evened(chains) == [list(chain) for chain in chains]
