"""Ask PostgreSQL for a database, and keep the relation file, on all events that can matter.

Copy this module and pgsql_relation_file.py into a charm:

    self.postgresql = PgsqlRelation(self, "database", database="notes", write=self._write)

The data bag is read directly, and its secrets through ops, instead of with the library data_interfaces: the file has to
follow whatever changes, while the library tells of one change at a time and drops the others that came with it.
"""

import json
from typing import Any, Callable, Dict, Iterable, List, Mapping

import ops

from pgsql_relation_file import GONE, Export, from_pgsql, from_postgresql_client, secret_ids

# What a server is asked to keep in secrets. Without read-only-uris, pgbouncer does not say where reads go.
_REQUESTED_SECRETS = json.dumps(["username", "password", "tls", "tls-ca", "uris", "read-only-uris"])


class PgsqlRelation(ops.Object):
    """One PostgreSQL, over postgresql_client or over pgsql."""

    def __init__(
        self,
        charm: ops.CharmBase,
        *endpoints: str,
        database: str,
        extensions: Iterable[str] = (),
        write: Callable[[str], Any],
        ask: bool = True,
    ):
        """Observe the events.

        endpoints: those in charmcraft.yaml, of either interface. Only one of them may be related at a time.
        database: the database to ask for.
        extensions: what to ask for over pgsql. Over postgresql_client the operator enables them by the server's
            options plugin-…-enable.
        write: is given the content of the file, on each event, changed or not.
        ask: whether to ask for the database. False if another library in the charm does.
        """
        super().__init__(charm, "-".join(endpoints) + "-relation-file")
        self._interfaces = {name: charm.meta.requires[name].interface_name for name in endpoints}
        self._database = database
        self._extensions = sorted(extensions)
        self._write = write
        self._ask = ask
        for name in endpoints:
            events = charm.on[name]
            for event in (events.relation_created, events.relation_changed, events.relation_broken):
                self.framework.observe(event, self._on_event)
            self.framework.observe(events.relation_departed, self._on_departed)
        for event in (
            charm.on.leader_elected,
            charm.on.config_changed,
            charm.on.upgrade_charm,
            charm.on.start,
            # another password, or TLS: nothing in the bag changes then
            charm.on.secret_changed,
            # events do get lost
            charm.on.update_status,
        ):
            self.framework.observe(event, self._on_event)
        for container in charm.meta.containers:
            # a container that has been restarted has lost the file
            self.framework.observe(charm.on[container].pebble_ready, self._on_event)

    def export(self) -> Export:
        """Return what the file has to say by now."""
        # the one that is breaking is not among them
        relations = self._relations()
        if not relations:
            return Export(GONE, "a relation to PostgreSQL")
        if len(relations) > 1:
            return Export(None, "all but one of the relations to PostgreSQL to be removed")
        relation = relations[0]
        if relation.app is None:
            return Export(None, "the server's application")
        if self._interfaces[relation.name] == "pgsql":
            return self._from_pgsql(relation)
        bag = relation.data[relation.app]
        return from_postgresql_client(
            bag,
            database=self._database,
            secrets=self._contents(secret_ids(bag, database=self._database)),
            unit_bags=[relation.data[unit] for unit in relation.units],
            relation_id=relation.id,
        )

    def _from_pgsql(self, relation: ops.Relation) -> Export:
        bags = {entity.name: relation.data[entity] for entity in (relation.app, *relation.units)}
        return from_pgsql(
            bags,
            database=self._database,
            extensions=self._extensions,
            egress_subnets=relation.data[self.model.unit].get("egress-subnets", ""),
            relation_id=relation.id,
        )

    def _on_event(self, _: ops.EventBase) -> None:
        if self._ask:
            for relation in self._relations():
                self._ask_of(relation)
        text = self.export().text
        if text is not None:
            self._write(text)

    def _on_departed(self, event: ops.RelationDepartedEvent) -> None:
        # if it is we who leave, the others' departure says nothing of them
        if event.departing_unit != self.model.unit:
            self._on_event(event)

    def _ask_of(self, relation: ops.Relation) -> None:
        wanted = {"database": self._database}
        if self._interfaces[relation.name] == "pgsql":
            wanted["extensions"] = ",".join(self._extensions)
            # servers that know no application bags wait until all units ask for the same
            _update(relation.data[self.model.unit], wanted)
        else:
            wanted["requested-secrets"] = _REQUESTED_SECRETS
        if self.model.unit.is_leader():
            _update(relation.data[self.model.app], wanted)

    def _relations(self) -> List[ops.Relation]:
        return [relation for name in self._interfaces for relation in self.model.relations[name]]

    def _contents(self, ids: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        contents: Dict[str, Mapping[str, str]] = {}
        for secret_id in ids:
            try:
                # the latest one: the password before it may be refused at any moment
                contents[secret_id] = self.model.get_secret(id=secret_id).get_content(refresh=True)
            except ops.ModelError:
                # not granted to us yet; there is an event when it is
                continue
        return contents


def _update(bag: ops.RelationDataContent, wanted: Mapping[str, str]) -> None:
    for key, value in wanted.items():
        if bag.get(key, "") != value:
            bag[key] = value
