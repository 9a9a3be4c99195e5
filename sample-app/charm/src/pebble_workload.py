"""The service on Kubernetes: a container that Pebble runs."""

import ops

from pgsql_relation_file import GONE, push_file

CONTAINER = "notes"
# The user that rocks have for services.
USER = "_daemon_"
RELATION_FILE = "/etc/notes/pgsql.json"

LAYER: ops.pebble.LayerDict = {
    "services": {
        "notes": {
            "override": "replace",
            "command": f"java -jar /app/notes.jar --juju.pgsql.relation-file={RELATION_FILE}",
            "startup": "enabled",
            "user": USER,
            # longer than the graceful shutdown, which is 30 s
            "kill-delay": "45s",
        }
    },
    "checks": {
        "alive": {
            "override": "replace",
            "level": "alive",
            "threshold": 6,
            "http": {"url": "http://localhost:8080/actuator/health/liveness"},
        },
        "ready": {
            "override": "replace",
            "level": "ready",
            "http": {"url": "http://localhost:8080/actuator/health/readiness"},
        },
    },
}


class PebbleWorkload(ops.Object):
    """Starts the service once there is a database."""

    def __init__(self, charm: ops.CharmBase):
        super().__init__(charm, "pebble")
        self._container = charm.unit.get_container(CONTAINER)

    def write(self, text: str) -> None:
        """Write the relation file, and start the service with the first one that is not empty."""
        if not self._container.can_connect():
            # pebble-ready comes later, and leads here again
            return
        push_file(self._container, RELATION_FILE, text, user=USER)
        if text != GONE:
            self._container.add_layer("notes", LAYER, combine=True)
            # does nothing to a service that runs as the layer says
            self._container.replan()
