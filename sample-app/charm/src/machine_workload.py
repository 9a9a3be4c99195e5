"""The service on a machine: a jar, a user and a systemd unit."""

import filecmp
import os
import pathlib
import shutil
import subprocess

import ops

from pgsql_relation_file import GONE, write_file

USER = "notes"
# The unit makes this folder, too. It is root's, so that only this charm can replace the file.
RELATION_FILE = "/etc/notes/pgsql.json"
JAR = pathlib.Path("/opt/notes/notes.jar")
UNIT = pathlib.Path("/etc/systemd/system/notes.service")


class MachineWorkload(ops.Object):
    """Installs the service, and starts it once there is a database."""

    def __init__(self, charm: ops.CharmBase):
        super().__init__(charm, "machine")
        self._charm = charm
        self.framework.observe(charm.on.install, self._on_install)
        self.framework.observe(charm.on.upgrade_charm, self._on_upgrade_charm)
        self.framework.observe(charm.on.remove, self._on_remove)

    def write(self, text: str) -> None:
        """Write the relation file, and start the service with the first one that is not empty."""
        os.makedirs(os.path.dirname(RELATION_FILE), mode=0o755, exist_ok=True)
        write_file(RELATION_FILE, text, user=USER)
        if text != GONE:
            # does nothing to a service that runs
            _run("systemctl", "enable", "--now", UNIT.name)

    def _on_install(self, _: ops.InstallEvent) -> None:
        _run("apt-get", "update")
        _run("apt-get", "install", "--yes", "--no-install-recommends", "openjdk-17-jre-headless")
        _run("adduser", "--system", "--group", "--no-create-home", USER)
        self._install_files()

    def _on_upgrade_charm(self, _: ops.UpgradeCharmEvent) -> None:
        if self._install_files():
            _run("systemctl", "try-restart", UNIT.name)

    def _on_remove(self, _: ops.RemoveEvent) -> None:
        _run("systemctl", "disable", "--now", UNIT.name)
        pathlib.Path(RELATION_FILE).unlink(missing_ok=True)

    def _install_files(self) -> bool:
        jar = _install(self._charm.model.resources.fetch("jar"), JAR)
        unit = _install(self._charm.charm_dir / UNIT.name, UNIT)
        if unit:
            _run("systemctl", "daemon-reload")
        return jar or unit


def _install(source: pathlib.Path, target: pathlib.Path) -> bool:
    if target.exists() and filecmp.cmp(source, target, shallow=False):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    # beside it first: the service that runs reads classes from the jar when it needs them
    beside = target.with_name(target.name + ".new")
    shutil.copyfile(source, beside)
    beside.chmod(0o644)
    beside.replace(target)
    return True


def _run(*command: str) -> None:
    subprocess.run(command, check=True, timeout=600, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
