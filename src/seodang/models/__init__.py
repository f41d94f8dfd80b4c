"""Architectures, one a file: plain nn.Module, nothing imported from the house."""

from seodang.models.mlp import mlp

__all__ = ["mlp"]
