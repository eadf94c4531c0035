"""Run example notebooks afresh and save what they give: ``python -m tests.support.refresh [NOTEBOOK ...]``.

Without a name it is every notebook of ``notebooks/``. They run as a reader's would, from top to bottom in a new kernel,
but without keys and without a network; a cell that fails without the tag ``raises-exception`` changes nothing on disk.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat

from tests.support.kernel import Kernel
from tests.support.notebooks import FOLDER, faults


def refresh(path: Path) -> None:
    """Run one notebook and write its outputs and counts into its file.

    Raises:
        SystemExit: A cell failed that should not, or the outputs are not fit for readers.
    """
    notebook = nbformat.read(path, as_version=4)
    with Kernel(cwd=path.parent) as kernel:
        for cell in notebook.cells:
            if cell.cell_type == "code" and cell.source.strip():
                run = kernel.run(cell.source, timeout=120)
                if run.error and "raises-exception" not in cell.metadata.get("tags", ()):
                    raise SystemExit(f"{path.name}: {cell.source!r} failed:\n{run.text}")
                cell.execution_count = run.reply["execution_count"]
                cell.outputs = [nbformat.from_dict(output) for output in run.outputs]
                cell.metadata.pop("execution", None)
        if kernel.refused():
            raise SystemExit(f"{path.name} tried to leave this computer: {kernel.refused()}")
    notebook.metadata.pop("widgets", None)
    if found := faults(notebook):
        raise SystemExit(f"{path.name}: " + "; ".join(found))
    nbformat.write(notebook, path)


def main() -> None:
    """Refresh the notebooks that were named, or all."""
    for path in [Path(name) for name in sys.argv[1:]] or sorted(FOLDER.glob("*.ipynb")):
        refresh(path)
        print(f"{path.name}: refreshed")


if __name__ == "__main__":
    main()
