"""Hatchling's hook: a wheel carries the built front end."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEndHook(BuildHookInterface):
    """Builds `frontend/` before a wheel is packed; an editable install builds when it is started."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the front end and add what git ignores to the wheel."""
        script = Path(self.root) / "frontend" / "build.py"
        if version == "editable" or not script.is_file():
            return
        spec = importlib.util.spec_from_file_location("madang_frontend_build", script)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.build()
        build_data.setdefault("artifacts", []).append("src/madang/core/pages/static/dist/**")
