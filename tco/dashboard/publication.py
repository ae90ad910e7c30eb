"""What a server of the pages allows: the name it answers to, and how much its viewers may use."""

import re
import sys
from typing import Final, NamedTuple

from tco.inputs import InputError

# Kernels of 50 to 130 MB: forty fit into the memory of a laptop.
DEFAULT_MAX_KERNELS: Final = 40
# A kernel holds NumPy, the tables and the widgets before it has calculated anything.
LEAST_KERNEL_MEMORY_MIB: Final = 512

_BASE_URL: Final = re.compile(r"/(?:[A-Za-z0-9_~-][A-Za-z0-9_.~-]*/)*")
_HOST_NAME: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")


class Publication(NamedTuple):
    """
    How the pages are served; what it says by default is for one user on this machine.

    Parameters
    ----------
    base_url : str
        The path under which the pages live, with a slash at both ends.
    public_name : str
        The host name of the proxy in front; nothing where there is none. The server itself listens on the loopback
        address in any case.
    max_kernels : int
        Pages that can be open at once; whoever comes next is asked to try again later.
    idle_minutes : float, optional
        An open page that nobody has touched for so long ends; never by default.
    max_hours : float, optional
        An open page ends after so long whatever it does; never by default.
    kernel_memory_mib : int, optional
        Memory that the calculation of a page can take; as much as there is by default. [MiB]
    heated_kernels : int
        Kernels of each of the first three pages of the index that wait for a viewer with their page made.

    Examples
    --------
    >>> Publication(public_name="tco.example.com").checked().max_kernels
    40
    """

    base_url: str = "/"
    public_name: str = ""
    max_kernels: int = DEFAULT_MAX_KERNELS
    idle_minutes: float | None = None
    max_hours: float | None = None
    kernel_memory_mib: int | None = None
    heated_kernels: int = 1

    def checked(self) -> "Publication":
        """
        Return the same, or refuse it.

        Raises
        ------
        InputError
            If a field breaks its rule; the message is one sentence for the user.
        """
        if not _BASE_URL.fullmatch(self.base_url):
            raise InputError(
                f"base_url must be a path like /tco/, of letters, digits and - _ . ~; got {self.base_url!r}"
            )
        if self.public_name and not _HOST_NAME.fullmatch(self.public_name):
            raise InputError(
                f"public_name must be a host name in small letters, without port or address; got {self.public_name!r}"
            )
        _require("max_kernels", self.max_kernels, 1, 10_000)
        _require("idle_minutes", self.idle_minutes, 0.05, 7 * 24 * 60)
        _require("max_hours", self.max_hours, 0.001, 7 * 24)
        _require("kernel_memory_mib", self.kernel_memory_mib, LEAST_KERNEL_MEMORY_MIB, 1024 * 1024)
        _require("heated_kernels", self.heated_kernels, 0, 10)
        if self.kernel_memory_mib is not None and sys.platform != "linux":
            raise InputError(f"kernel_memory_mib needs Linux; this is {sys.platform}")
        return self


def _require(name: str, value: float | None, low: float, high: float) -> None:
    # Written so that NaN is refused too.
    if value is not None and not low <= value <= high:
        raise InputError(f"{name} must lie in [{low:g}, {high:g}]; got {value:g}")
