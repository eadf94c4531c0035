"""Providers, models, prices and keys: data in TOML, and the few functions that read it.

The rows are parsed on first use, not on import. What is here is all that other floors call.
"""

from __future__ import annotations

from minimax_nb.catalog.abilities import takes_format, takes_scene, takes_tools
from minimax_nb.catalog.check import check
from minimax_nb.catalog.endpoint import Endpoint, Recorded
from minimax_nb.catalog.environ import Environment
from minimax_nb.catalog.keys import ask_key, find_key, forget_key, keep_key, key_status, store_key
from minimax_nb.catalog.loader import Catalog, Defaults, load_catalog
from minimax_nb.catalog.nearest import did_you_mean, listed, nearest
from minimax_nb.catalog.price import bill, on_plan, price
from minimax_nb.catalog.resolve import resolve
from minimax_nb.catalog.rows import Face, FaceName, Model, Offer, Price, Provider
from minimax_nb.catalog.settings import Choice, choose
from minimax_nb.catalog.table import ModelLine, model_table
from minimax_nb.catalog.user_file import config_path, default_config_path

__all__ = [
    "Catalog",
    "Choice",
    "Defaults",
    "Endpoint",
    "Environment",
    "Face",
    "FaceName",
    "Model",
    "ModelLine",
    "Offer",
    "Price",
    "Provider",
    "Recorded",
    "ask_key",
    "bill",
    "check",
    "choose",
    "config_path",
    "default_config_path",
    "did_you_mean",
    "find_key",
    "forget_key",
    "keep_key",
    "key_status",
    "listed",
    "load_catalog",
    "model_table",
    "nearest",
    "on_plan",
    "price",
    "resolve",
    "store_key",
    "takes_format",
    "takes_scene",
    "takes_tools",
]
