"""Kernels for the book's cells: of this very Python, alone, and without a port."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

Manager = TypeVar("Manager", bound=KernelManager)
_ARGUMENTS = (
    "--log-level=ERROR",  # that loopback is not encrypted, it would say for each chapter
    "--ext=openbook.guard",
    "--HistoryManager.enabled=False",
)


class _OwnKernel(KernelSpecManager):
    """The kernel of this very Python, whatever kernels the machine offers under its name.

    Nor does what someone has in their IPython's start-up files: the kernel has a `folder` for it.
    """

    def __init__(self, folder: str) -> None:
        super().__init__()
        self.folder = folder

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        spec = get_kernel_dict(extra_arguments=[*_ARGUMENTS, f"--ipython-dir={self.folder}"])
        return KernelSpec(resource_dir=RESOURCES, **spec)


def kernel_of(kind: type[Manager], folder: str) -> Manager:
    """A manager, not started, of a kernel of this very Python, reached by files in `folder`.

    By ports, two kernels that start at once can be given the same one, and one of them dies. The
    folder's name has to be short: the address of a socket has about a hundred characters.
    """
    manager = kind(kernel_name="python3", kernel_spec_manager=_OwnKernel(folder))
    if os.name == "posix":
        manager.connection_file = str(Path(folder, "kernel.json"))
        manager.transport = "ipc"
    return manager
