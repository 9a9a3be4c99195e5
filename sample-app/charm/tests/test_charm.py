"""What the charm does in its events, tried with the testing library of ops: pip install 'ops[testing]'."""

import io
import json
import pathlib
import shutil
import tempfile
import unittest
from unittest import mock

try:
    import ops
    import yaml
    from ops import testing

    MISSING = None if hasattr(testing, "Context") else "ops has no testing.Context: pip install 'ops[testing]'"
except ImportError as ex:
    MISSING = f"{ex}: pip install 'ops[testing]'"

if not MISSING:
    import charm
    import machine_workload
    import pgsql_relation_file

HERE = pathlib.Path(__file__).resolve().parent.parent
FILE = "/etc/notes/pgsql.json"


def context(substrate: str) -> "testing.Context":
    """Return a place to run the charm in, with the metadata of one substrate."""
    meta = yaml.safe_load((HERE / substrate / "charmcraft.yaml").read_text())
    config = meta.pop("config")
    return testing.Context(charm.NotesCharm, meta=meta, config=config)


def client(relation_id: int = 7, **bag: str) -> "testing.Relation":
    return testing.Relation("database", id=relation_id, remote_app_name="postgresql", remote_app_data=bag)


def granted(secret: "testing.Secret", **more: str) -> dict:
    return {
        "database": "notes",
        "endpoints": "10.0.0.5:5432",
        "read-only-endpoints": "10.0.0.6:5432",
        "secret-user": secret.id,
        **more,
    }


def credentials(password: str = "p", former: str = "p") -> "testing.Secret":
    return testing.Secret(
        {"username": "relation-7", "password": former}, latest_content={"username": "relation-7", "password": password}
    )


@unittest.skipIf(MISSING, MISSING)
class KubernetesTests(unittest.TestCase):
    def setUp(self):
        self.context = context("kubernetes")
        self.container = testing.Container("notes", can_connect=True)

    def state(self, *relations, **more) -> "testing.State":
        return testing.State(**{"relations": relations, "containers": {self.container}, "leader": True, **more})

    def run_event(self, event, state) -> "testing.State":
        return self.context.run(event, state)

    def file(self, state: "testing.State") -> dict:
        return json.loads(self.path(state).read_text())

    def path(self, state: "testing.State") -> pathlib.Path:
        root = state.get_container("notes").get_filesystem(self.context)
        return root / FILE.lstrip("/")

    def test_the_leader_asks_for_the_database_and_for_secrets(self):
        relation = client()
        out = self.run_event(self.context.on.relation_created(relation), self.state(relation))
        asked = out.get_relation(7).local_app_data
        self.assertEqual(asked["database"], "notes")
        self.assertEqual(
            json.loads(asked["requested-secrets"]), ["username", "password", "tls", "tls-ca", "uris", "read-only-uris"]
        )
        self.assertEqual(out.unit_status, testing.WaitingStatus("waiting for the database to be created"))
        self.assertFalse(self.path(out).exists())

    def test_a_unit_that_is_not_the_leader_asks_for_nothing_until_it_is(self):
        relation = client()
        out = self.run_event(self.context.on.relation_created(relation), self.state(relation, leader=False))
        self.assertNotIn("database", out.get_relation(7).local_app_data)
        out = self.run_event(self.context.on.leader_elected(), self.state(relation))
        self.assertEqual(out.get_relation(7).local_app_data["database"], "notes")

    def test_over_pgsql_database_and_extensions_are_asked_for_in_both_bags(self):
        relation = testing.Relation("db", id=4, remote_app_name="postgresql")
        state = self.state(relation, config={"extensions": "pg_trgm, citext"})
        out = self.run_event(self.context.on.relation_created(relation), state)
        wanted = {"database": "notes", "extensions": "citext,pg_trgm"}
        self.assertEqual(out.get_relation(4).local_app_data, wanted)
        self.assertLessEqual(wanted.items(), out.get_relation(4).local_unit_data.items())

    def test_what_is_granted_is_exported_on_every_event_that_can_matter(self):
        secret = credentials()
        relation = client(**granted(secret))
        on = self.context.on
        for event in (
            on.relation_created(relation),
            on.relation_changed(relation),
            on.relation_departed(relation, departing_unit=1),
            on.secret_changed(secret),
            on.leader_elected(),
            on.config_changed(),
            on.upgrade_charm(),
            on.start(),
            on.update_status(),
            on.pebble_ready(self.container),
        ):
            with self.subTest(event.name):
                out = self.run_event(event, self.state(relation, secrets={secret}))
                self.assertEqual(
                    self.file(out),
                    {
                        "database": "notes",
                        "endpoints": "10.0.0.5:5432",
                        "password": "p",
                        "read-only-endpoints": "10.0.0.6:5432",
                        "relation-id": "7",
                        "username": "relation-7",
                    },
                )
                self.assertEqual(self.path(out).stat().st_mode & 0o777, 0o600)
                self.assertEqual(out.unit_status, testing.ActiveStatus())
                self.path(out).unlink()

    def test_the_service_is_started_with_the_first_relation_and_left_alone_after_that(self):
        secret = credentials()
        relation = client(**granted(secret))
        with mock.patch.object(ops.Container, "push", autospec=True) as push, mock.patch.object(
            ops.Container, "exists", return_value=False
        ), mock.patch.object(ops.Container, "replan", autospec=True) as replan:
            self.run_event(self.context.on.update_status(), self.state())
            replan.assert_not_called()
            self.run_event(self.context.on.update_status(), self.state(relation, secrets={secret}))
            replan.assert_called_once()
        for call in push.call_args_list:
            self.assertEqual(call.kwargs, {"make_dirs": True, "permissions": 0o600, "user": "_daemon_"})
        out = self.run_event(self.context.on.update_status(), self.state(relation, secrets={secret}))
        self.assertEqual(out.get_container("notes").service_statuses["notes"], ops.pebble.ServiceStatus.ACTIVE)

    def test_the_latest_revision_of_a_secret_is_exported(self):
        secret = credentials("new", former="old")
        relation = client(**granted(secret))
        out = self.run_event(self.context.on.secret_changed(secret), self.state(relation, secrets={secret}))
        self.assertEqual(self.file(out)["password"], "new")

    def test_a_secret_that_cannot_be_read_yet_is_waited_for(self):
        relation = client(**granted(credentials()))
        out = self.run_event(self.context.on.relation_changed(relation), self.state(relation))
        self.assertEqual(out.unit_status, testing.WaitingStatus("waiting for the secret of secret-user"))
        self.assertFalse(self.path(out).exists())

    def test_the_same_is_not_pushed_again(self):
        secret = credentials()
        state = self.state(client(**granted(secret)), secrets={secret})
        text = self.path(self.run_event(self.context.on.update_status(), state)).read_text()
        with mock.patch.multiple(
            ops.Container,
            exists=mock.Mock(return_value=True),
            # the simulated file belongs to whoever runs the test
            list_files=mock.Mock(return_value=[mock.Mock(permissions=0o600, user="_daemon_")]),
            pull=mock.Mock(side_effect=lambda _: io.StringIO(text)),
            push=mock.DEFAULT,
        ) as patched:
            self.run_event(self.context.on.update_status(), state)
        patched["push"].assert_not_called()

    def test_a_relation_that_breaks_leaves_an_empty_object(self):
        secret = credentials()
        relation = client(**granted(secret))
        state = self.state(relation, secrets={secret})
        out = self.run_event(self.context.on.relation_changed(relation), state)
        out = self.run_event(self.context.on.relation_broken(out.get_relation(7)), out)
        self.assertEqual(self.file(out), {})
        self.assertEqual(out.unit_status, testing.WaitingStatus("waiting for a relation to PostgreSQL"))

    def test_one_that_replaces_it_already_is_exported_instead(self):
        secret = credentials()
        former, relation = client(7, **granted(secret)), client(8, **granted(secret))
        out = self.run_event(self.context.on.relation_broken(former), self.state(former, relation, secrets={secret}))
        self.assertEqual(self.file(out)["relation-id"], "8")

    def test_two_relations_at_a_time_are_refused(self):
        secret = credentials()
        other = testing.Relation("db", id=4, remote_app_name="postgresql")
        state = self.state(client(**granted(secret)), other, secrets={secret})
        out = self.run_event(self.context.on.update_status(), state)
        self.assertIn("all but one", out.unit_status.message)
        self.assertFalse(self.path(out).exists())

    def test_a_container_that_cannot_be_reached_is_left_for_pebble_ready(self):
        self.container = testing.Container("notes", can_connect=False)
        secret = credentials()
        relation = client(**granted(secret))
        out = self.run_event(self.context.on.relation_changed(relation), self.state(relation, secrets={secret}))
        self.assertFalse(self.path(out).exists())

    def test_pgbouncer_is_waited_for_until_its_unit_is_ready(self):
        secret = credentials()
        for state_of_unit, message in (({}, "waiting for pgbouncer to be ready"), ({"state": "ready"}, "")):
            relation = testing.Relation(
                "database",
                id=7,
                remote_app_name="pgbouncer",
                remote_app_data=granted(secret, subordinated="true"),
                remote_units_data={0: state_of_unit},
            )
            out = self.run_event(self.context.on.relation_changed(relation), self.state(relation, secrets={secret}))
            self.assertEqual(out.unit_status.message, message)

    def test_no_password_is_logged(self):
        secret = credentials("very-secret", former="very-secret")
        relation = client(**granted(secret))
        self.run_event(self.context.on.relation_changed(relation), self.state(relation, secrets={secret}))
        self.assertNotIn("very-secret", str(self.context.juju_log))

    def test_when_we_leave_ourselves_the_departure_of_others_changes_nothing(self):
        bag = {"database": "notes", "master": "host=a"}
        relation = testing.Relation("db", id=4, remote_app_name="postgresql", remote_units_data={0: bag})
        relation.local_unit_data.clear()
        state = self.state(relation)
        # equal to our unit, which the library does not offer to be the one that leaves
        with mock.patch.object(ops.RelationDepartedEvent, "departing_unit", mock.ANY):
            out = self.run_event(self.context.on.relation_departed(relation, remote_unit=0), state)
        self.assertFalse(self.path(out).exists())
        out = self.run_event(self.context.on.relation_departed(relation, remote_unit=0, departing_unit=1), state)
        self.assertEqual(self.file(out)["master"], "host=a")


@unittest.skipIf(MISSING, MISSING)
class MachineTests(unittest.TestCase):
    def setUp(self):
        self.context = context("machines")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="juju-pgsql-test-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def test_the_file_is_written_and_the_service_started_and_broken_leaves_an_empty_object(self):
        secret = credentials()
        relation = client(**granted(secret))
        file = self.folder / "etc" / "pgsql.json"
        commands = []

        def write_file(path, text, *, user):
            self.assertEqual((path, user), (str(file), "notes"))
            return pgsql_relation_file.write_file(path, text)

        with mock.patch.multiple(
            machine_workload,
            RELATION_FILE=str(file),
            write_file=write_file,
            _run=lambda *command: commands.append(command),
        ):
            state = testing.State(relations=[relation], secrets=[secret], leader=True)
            out = self.context.run(self.context.on.relation_changed(relation), state)
            self.assertEqual(json.loads(file.read_text())["username"], "relation-7")
            self.assertEqual(file.stat().st_mode & 0o777, 0o600)
            self.assertEqual(commands, [("systemctl", "enable", "--now", "notes.service")])
            written = file.stat()
            out = self.context.run(self.context.on.update_status(), out)
            self.assertEqual(file.stat().st_ino, written.st_ino)
            commands.clear()
            self.context.run(self.context.on.relation_broken(out.get_relation(7)), out)
            self.assertEqual(file.read_text(), "{}\n")
            self.assertEqual(commands, [])

    def test_jar_and_unit_are_installed_and_only_another_jar_restarts_the_service(self):
        root = self.folder / "charm"
        root.mkdir()
        shutil.copy(HERE.parent / "deploy" / "notes.service", root)
        jar = self.folder / "resource.jar"
        jar.write_text("a jar")
        meta = yaml.safe_load((HERE / "machines" / "charmcraft.yaml").read_text())
        config = meta.pop("config")
        context = testing.Context(charm.NotesCharm, meta=meta, config=config, charm_root=root)
        state = testing.State(resources=[testing.Resource(name="jar", path=jar)])
        commands = []
        installed = self.folder / "opt" / "notes" / "notes.jar"
        unit = self.folder / "notes.service"
        with mock.patch.multiple(
            machine_workload,
            JAR=installed,
            UNIT=unit,
            RELATION_FILE=str(self.folder / "etc" / "pgsql.json"),
            write_file=lambda path, text, *, user: pgsql_relation_file.write_file(path, text),
            _run=lambda *command: commands.append(command[:2]),
        ):
            context.run(context.on.install(), state)
            self.assertEqual(installed.read_text(), "a jar")
            self.assertEqual(unit.read_text(), (root / "notes.service").read_text())
            self.assertEqual(
                commands,
                [("apt-get", "update"), ("apt-get", "install"), ("adduser", "--system"), ("systemctl", "daemon-reload")],
            )
            commands.clear()
            context.run(context.on.upgrade_charm(), state)
            self.assertEqual(commands, [])
            jar.write_text("another jar")
            context.run(context.on.upgrade_charm(), state)
            self.assertEqual(commands, [("systemctl", "try-restart")])
            self.assertEqual(installed.read_text(), "another jar")


if __name__ == "__main__":
    unittest.main()
