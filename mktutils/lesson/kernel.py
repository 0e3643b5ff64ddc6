"""The kernel that a lesson is executed in: this interpreter, a throw-away home, optionally no network."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

# Runs in the kernel before the first cell; it leaves no name behind in the learner's namespace.
_OFFLINE = """
def _mktutils_switch_network_off():
    import errno
    import ipaddress
    import socket

    def local(host):
        if isinstance(host, bytes):
            host = host.decode("ascii", "replace")
        if host in (None, "", "localhost"):
            return True
        try:
            address = ipaddress.ip_address(str(host).partition("%")[0])
        except ValueError:
            return False
        return address.is_loopback or address.is_unspecified

    def guarded(original, position):
        def method(self, *args):
            address = args[position] if -len(args) <= position < len(args) else None
            if isinstance(address, tuple) and not local(address[0]):
                raise OSError(errno.ENETUNREACH, f"the network is switched off for this run: {address[0]}")
            return original(self, *args)
        return method

    def resolved(original):
        def function(host, *args, **kwargs):
            if not local(host):
                raise socket.gaierror(socket.EAI_NONAME, f"the network is switched off for this run: {host}")
            return original(host, *args, **kwargs)
        return function

    for name, position in (("connect", 0), ("connect_ex", 0), ("sendto", -1)):
        setattr(socket.socket, name, guarded(getattr(socket.socket, name), position))
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        setattr(socket, name, resolved(getattr(socket, name)))

_mktutils_switch_network_off()
del _mktutils_switch_network_off
"""


def kernel_env(offline: bool = False) -> dict[str, str]:
    """Return the environment variables for a kernel that executes a lesson unattended.

    MKTUTILS_HOME and IPYTHONDIR point to a temporary folder, removed when this process ends: no learner's
    progress is touched, and no personal IPython start-up file takes part. With `offline`, a connection to
    anything but this computer raises OSError in the kernel, and proxy settings are left out.
    """
    folder = Path(tempfile.mkdtemp(prefix="mktutils-run-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (folder / "home").mkdir()
    env = dict(os.environ)
    if offline:
        (startup / "00-offline.py").write_text(_OFFLINE, encoding="utf-8")
        env = {k: v for k, v in env.items() if not k.lower().endswith("_proxy")}
    return {**env, "MKTUTILS_HOME": str(folder / "home"), "IPYTHONDIR": str(folder / "ipython")}


def kernel_manager() -> Any:
    """Return a kernel manager that starts this interpreter, whatever kernels are installed on the system."""
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    class ThisInterpreter(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            # Its warning about unencrypted channels is none for a kernel on the same computer.
            quiet = "--IPKernelApp.log_level=ERROR"
            argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", quiet]
            return KernelSpec(argv=argv, display_name="Python 3", language="python")

    return AsyncKernelManager(kernel_name="python3", kernel_spec_manager=ThisInterpreter())
