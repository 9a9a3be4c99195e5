#!/usr/bin/env python3
"""The charm of the notes service, for machines and for Kubernetes."""

import ops

from machine_workload import MachineWorkload
from pebble_workload import PebbleWorkload
from pgsql_relation import PgsqlRelation


class NotesCharm(ops.CharmBase):
    """Runs the service beside a relation file, and never restarts it because of what that says."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        # before the relation: what is installed has to be there when the first file is written
        workload = PebbleWorkload(self) if self.meta.containers else MachineWorkload(self)
        self._postgresql = PgsqlRelation(
            self,
            "database",
            "db",
            database=str(self.config["database"]),
            extensions=[name.strip() for name in str(self.config["extensions"]).split(",") if name.strip()],
            write=workload.write,
        )
        framework.observe(self.on.collect_unit_status, self._on_collect_unit_status)

    def _on_collect_unit_status(self, event: ops.CollectStatusEvent) -> None:
        waiting_for = self._postgresql.export().waiting_for
        event.add_status(ops.WaitingStatus("waiting for " + waiting_for) if waiting_for else ops.ActiveStatus())


if __name__ == "__main__":
    ops.main(NotesCharm)
