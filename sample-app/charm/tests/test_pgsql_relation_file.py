import contextlib
import io
import json
import os
import pathlib
import pwd
import shutil
import stat
import tempfile
import threading
import unittest
from types import SimpleNamespace
from unittest import mock

import pgsql_relation_file
from pgsql_relation_file import GONE, Export, from_pgsql, from_postgresql_client, push_file, secret_ids, write_file
from tests.export_bag import export, load

BAGS = pathlib.Path(__file__).parent / "bags"

UNUSUAL_PASSWORDS = (
    "it's",
    'say "so"',
    "two words",
    " at both ends ",
    "back\\slash",
    "\\",
    "\\'\\\\'",
    "a=b,c=d host=elsewhere",
    "postgresql://u:p@elsewhere/db?x=%20",
    "Gänsefüßchen „“ 密码 🔑",
    "two\nlines\r\nand\ttabs",
    "\u2028\u0000\u007f",
    "null",
    "{}",
    "%00%",
)


def granted(**more: str) -> dict:
    return {"database": "notes", "username": "relation-7", "password": "p", "endpoints": "10.0.0.5:5432", **more}


def exported(bag: dict, **more) -> Export:
    return from_postgresql_client(bag, **{"database": "notes", "secrets": {}, **more})


class FromPostgresqlClientTests(unittest.TestCase):
    def test_keeps_what_the_starter_reads_and_nothing_else(self):
        bag = granted(
            **{
                "read-only-endpoints": "10.0.0.6:5432",
                "tls": "True",
                "data": '{"salt": "…"}',
                "entity-password": "another",
                "external-node-connectivity": "true",
            }
        )
        self.assertEqual(
            json.loads(exported(bag, relation_id=7).text),
            {
                "database": "notes",
                "endpoints": "10.0.0.5:5432",
                "password": "p",
                "read-only-endpoints": "10.0.0.6:5432",
                "relation-id": "7",
                "tls": "True",
                "username": "relation-7",
            },
        )

    def test_the_same_relation_is_the_same_text_in_whatever_order_it_comes(self):
        bag = granted(version="16.13")
        self.assertEqual(exported(bag).text, exported(dict(reversed(list(bag.items())))).text)

    def test_unusual_passwords_come_out_as_they_went_in(self):
        for password in UNUSUAL_PASSWORDS:
            with self.subTest(password):
                text = exported(granted(password=password)).text
                self.assertEqual(json.loads(text)["password"], password)
                self.assertTrue(text.isascii())

    def test_without_standbys_there_are_none(self):
        self.assertNotIn("read-only-endpoints", json.loads(exported(granted()).text))

    def test_without_a_master_the_rest_is_exported(self):
        bag = granted(**{"read-only-endpoints": "10.0.0.6:5432"})
        del bag["endpoints"]
        relation = json.loads(exported(bag).text)
        self.assertNotIn("endpoints", relation)
        self.assertEqual(relation["read-only-endpoints"], "10.0.0.6:5432")

    def test_secrets_are_resolved(self):
        bag = {
            "database": "notes",
            "endpoints": "10.0.0.5:5432",
            "secret-user": "secret:u",
            "secret-tls": "secret:t",
            "secret-extra": "secret:e",
        }
        self.assertEqual(secret_ids(bag, database="notes"), ["secret:u", "secret:t"])
        secrets = {
            "secret:u": {"username": "relation-7", "password": "p", "read-only-uris": "postgresql://…"},
            "secret:t": {"tls": "True", "tls-ca": "-----BEGIN CERTIFICATE-----\n…"},
        }
        relation = json.loads(exported(bag, secrets=secrets).text)
        self.assertEqual(relation["username"], "relation-7")
        self.assertEqual(relation["read-only-uris"], "postgresql://…")
        self.assertEqual(relation["tls-ca"], "-----BEGIN CERTIFICATE-----\n…")
        self.assertFalse([key for key in relation if key.startswith("secret-")])

    def test_waits_for_a_secret_that_cannot_be_read_yet(self):
        bag = {"database": "notes", "endpoints": "10.0.0.5:5432", "secret-user": "secret:u", "secret-tls": "secret:t"}
        user = {"username": "relation-7", "password": "p"}
        for secrets, name in (({}, "secret-user"), ({"secret:u": user}, "secret-tls")):
            with self.subTest(name):
                self.assertEqual(exported(bag, secrets=secrets), Export(None, "the secret of " + name))

    def test_waits_for_the_database_that_was_asked_for(self):
        for bag in ({}, {"data": "{}"}, granted(database="another"), {"username": "u", "password": "p"}):
            with self.subTest(bag):
                self.assertEqual(exported(bag), Export(None, "the database to be created"))

    def test_waits_for_the_credentials(self):
        self.assertEqual(exported({"database": "notes", "endpoints": "h:1"}), Export(None, "the credentials"))
        self.assertEqual(exported(granted(password="")), Export(None, "the credentials"))

    def test_pgbouncer_as_a_subordinate_counts_once_one_of_its_units_is_ready(self):
        bag = granted(subordinated="true")
        waiting = Export(None, "pgbouncer to be ready")
        self.assertEqual(exported(bag), waiting)
        self.assertEqual(exported(bag, unit_bags=[{}, {"state": "starting"}]), waiting)
        self.assertIsNotNone(exported(bag, unit_bags=[{}, {"state": "ready"}]).text)

    def test_a_prefix_is_granted_as_it_was_asked_for(self):
        bag = granted(database="notes*", **{"prefix-databases": "notes_a,notes_b"})
        relation = json.loads(exported(bag, database="notes*").text)
        self.assertEqual((relation["database"], relation["prefix-databases"]), ("notes*", "notes_a,notes_b"))


class V1Tests(unittest.TestCase):
    @staticmethod
    def bag(*answers: object) -> dict:
        return {"version": "v1", "requests": json.dumps(answers)}

    def test_the_answer_to_what_was_asked_for_is_taken(self):
        bag = self.bag(
            {"resource": "audit", "username": "a", "password": "b"},
            {"resource": "notes", "secret-user": "secret:u", "tls": True, "salt": "s", "version": "16.13"},
        )
        self.assertEqual(secret_ids(bag, database="notes"), ["secret:u"])
        relation = json.loads(exported(bag, secrets={"secret:u": {"username": "u", "password": "p"}}).text)
        self.assertEqual(
            relation, {"database": "notes", "username": "u", "password": "p", "tls": "True", "version": "16.13"}
        )

    def test_waits_while_there_is_no_such_answer(self):
        for bag in (
            {"version": "v1"},
            self.bag(),
            self.bag({"resource": "audit", "username": "a", "password": "b"}),
            self.bag("notes", None, 1),
            {"version": "v1", "requests": "[{"},
            {"version": "v1", "requests": "{}"},
        ):
            with self.subTest(bag):
                self.assertEqual(exported(bag), Export(None, "the database to be created"))
                self.assertEqual(secret_ids(bag, database="notes"), [])


class FromPgsqlTests(unittest.TestCase):
    BAG = {
        "allowed-subnets": "10.1.0.5/32, 10.1.0.6/32",
        "database": "notes",
        "extensions": "citext,pg_trgm",
        "master": "host=a",
        "standbys": "host=b\nhost=c",
        "version": "14.11",
    }

    def exported(self, bags: dict, **more) -> Export:
        wanted = {"database": "notes", "extensions": ["pg_trgm", "citext"], "egress_subnets": "10.1.0.6/32"}
        return from_pgsql(bags, **{**wanted, **more})

    def test_master_and_standbys_are_those_that_the_server_published(self):
        self.assertEqual(
            json.loads(self.exported({"postgresql": {}, "postgresql/0": self.BAG}, relation_id=4).text),
            {
                "database": "notes",
                "extensions": "citext,pg_trgm",
                "master": "host=a",
                "relation-id": "4",
                "standbys": "host=b\nhost=c",
                "version": "14.11",
            },
        )

    def test_the_first_bag_in_the_order_of_names_gives_the_master_and_the_first_with_standbys_these(self):
        bags = {
            "postgresql/2": {**self.BAG, "master": "host=z", "standbys": "host=y"},
            "postgresql/10": {**self.BAG, "standbys": ""},
        }
        relation = json.loads(self.exported(bags).text)
        self.assertEqual((relation["master"], relation["standbys"]), ("host=a", "host=y"))

    def test_no_standbys_and_no_master_are_said_as_such(self):
        without = {key: value for key, value in self.BAG.items() if key not in ("master", "standbys")}
        relation = json.loads(self.exported({"postgresql/0": {**without, "standbys": "host=b"}}).text)
        self.assertIsNone(relation["master"])
        relation = json.loads(self.exported({"postgresql/0": {**without, "master": "host=a"}}).text)
        self.assertIsNone(relation["standbys"])
        self.assertEqual(relation["master"], "host=a")

    def test_waits_until_what_was_asked_for_is_mirrored_and_we_are_let_in(self):
        for change, waiting_for in (
            ({"database": "another"}, "the database to be created"),
            ({"extensions": "citext"}, "the extensions to be installed"),
            ({"allowed-subnets": "10.1.0.5/32"}, "the server to let this unit in"),
        ):
            with self.subTest(waiting_for):
                bags = {"postgresql/0": {**self.BAG, **change}, "postgresql/1": {}}
                self.assertEqual(self.exported(bags), Export(None, waiting_for))
        self.assertEqual(self.exported({}), Export(None, "the database to be created"))


class RealBagsTests(unittest.TestCase):
    def test_all_are_exported(self):
        bags = sorted(BAGS.glob("*.json"))
        self.assertGreater(len(bags), 10)
        for bag in bags:
            with self.subTest(bag.name):
                self.assertIsNotNone(export(load(str(bag))).text)


class SecretsStaySecretTests(unittest.TestCase):
    def test_an_export_does_not_show_its_text(self):
        shown = exported(granted(password="very-secret"))
        self.assertNotIn("very-secret", repr(shown) + str(shown))

    def test_nothing_is_printed_or_logged(self):
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
            with self.assertRaises(AssertionError), self.assertLogs(level=1):
                exported(granted(password="very-secret"))
        self.assertEqual(out.getvalue() + err.getvalue(), "")


class WriteFileTests(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="juju-pgsql-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.file = self.folder / "pgsql.json"

    def write(self, text: str, **more) -> bool:
        return write_file(str(self.file), text, **more)

    def test_the_file_has_the_text_and_is_readable_by_its_owner_alone(self):
        for umask in (0o000, 0o022, 0o277):
            with self.subTest(oct(umask)):
                before = os.umask(umask)
                try:
                    self.assertTrue(self.write(f'{{"umask": "{umask} ü"}}\n'))
                finally:
                    os.umask(before)
                self.assertEqual(self.file.read_bytes(), f'{{"umask": "{umask} ü"}}\n'.encode())
                self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
                self.assertEqual(os.listdir(self.folder), ["pgsql.json"])

    def test_it_is_another_file_after_a_change_and_the_same_without_one(self):
        self.assertTrue(self.write("{}\n"))
        first = self.file.stat()
        self.assertFalse(self.write("{}\n"))
        self.assertEqual((self.file.stat().st_ino, self.file.stat().st_mtime_ns), (first.st_ino, first.st_mtime_ns))
        held = self.file.open("rb")
        self.addCleanup(held.close)
        self.assertTrue(self.write('{"a": "b"}\n'))
        self.assertEqual(held.read(), b"{}\n")

    def test_a_file_that_others_can_read_is_replaced_though_its_text_is_right(self):
        self.file.write_text("{}\n")
        self.file.chmod(0o644)
        self.assertTrue(self.write("{}\n"))
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)

    def test_a_symbolic_link_is_replaced_and_not_followed(self):
        elsewhere = self.folder / "elsewhere"
        elsewhere.write_text("{}\n")
        elsewhere.chmod(0o600)
        self.file.symlink_to(elsewhere)
        self.assertTrue(self.write("{}\n"))
        self.assertFalse(self.file.is_symlink())

    def test_neither_a_link_nor_a_left_over_in_the_way_is_written_through(self):
        target = self.folder / "target"
        target.write_text("untouched")
        beside = self.folder / ".pgsql.json.new"
        beside.symlink_to(target)
        self.assertTrue(self.write("{}\n"))
        self.assertEqual(target.read_text(), "untouched")
        beside.write_text("what a killed hook has left")
        beside.chmod(0o666)
        self.assertTrue(self.write('{"a": "b"}\n'))
        self.assertFalse(beside.exists())
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)

    def test_a_link_that_comes_into_the_way_at_the_last_moment_is_refused(self):
        target = self.folder / "target"
        target.write_text("untouched")

        def link_instead(path):
            os.symlink(target, path)

        with mock.patch.object(pgsql_relation_file, "_remove", link_instead):
            with self.assertRaises(FileExistsError):
                self.write("{}\n")
        self.assertEqual(target.read_text(), "untouched")

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file away")
    def test_the_file_belongs_to_the_user_with_its_own_group(self):
        nobody = pwd.getpwnam("nobody")
        self.assertTrue(self.write("{}\n", user="nobody"))
        self.assertEqual((self.file.stat().st_uid, self.file.stat().st_gid), (nobody.pw_uid, nobody.pw_gid))
        self.assertFalse(self.write("{}\n", user="nobody"))
        self.assertTrue(self.write("{}\n"), "another owner")
        self.assertEqual(self.file.stat().st_uid, 0)

    def test_mode_and_owner_are_right_before_the_first_byte_is_written(self):
        seen = []
        user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        write = io.BufferedWriter.write

        class Watched(io.BufferedWriter):
            def write(self, content):
                status = os.fstat(self.fileno())
                seen.append((stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid, status.st_size))
                return write(self, content)

        def watched(descriptor, mode):
            # the mode at its creation counts as well: a reader may open the file before it is changed
            created.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
            return Watched(io.FileIO(descriptor, mode))

        created = []
        before = os.umask(0)
        try:
            with mock.patch.object(pgsql_relation_file, "open", watched, create=True):
                self.write('{"a": "b"}\n', user=user.pw_name)
        finally:
            os.umask(before)
        self.assertEqual(created, [0o600])
        self.assertEqual(seen, [(0o600, user.pw_uid, user.pw_gid, 0)])

    def test_a_failure_at_any_step_leaves_the_old_file_and_nothing_beside_it(self):
        self.write("{}\n")
        for step in ("fchown", "fchmod", "fsync", "replace"):
            with self.subTest(step):
                with mock.patch.object(os, step, side_effect=OSError("no space left")):
                    with self.assertRaises(OSError) as raised:
                        self.write('{"password": "very-secret"}\n')
                self.assertNotIn("very-secret", str(raised.exception))
                self.assertEqual(self.file.read_text(), "{}\n")
                self.assertEqual(os.listdir(self.folder), ["pgsql.json"])

    def test_a_user_who_is_not_there_is_told_and_the_old_file_stays(self):
        self.write("{}\n")
        with self.assertRaises(KeyError):
            self.write('{"a": "b"}\n', user="no-such-user")
        self.assertEqual(self.file.read_text(), "{}\n")
        self.assertEqual(os.listdir(self.folder), ["pgsql.json"])

    def test_a_reader_never_sees_a_half(self):
        texts = [json.dumps({"n": str(n), "filler": str(n) * 200_000}) for n in range(2)]
        self.write(texts[0])
        ended = threading.Event()
        seen, wrong = set(), []

        def read():
            while not ended.is_set():
                text = self.file.read_text()
                seen.add(text[:10])
                if text not in texts:
                    wrong.append(len(text))

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        try:
            written = 0
            while written < 50 or (len(seen) < 2 and written < 10_000):
                written += 1
                self.write(texts[written % 2])
        finally:
            ended.set()
            for reader in readers:
                reader.join()
        self.assertEqual(wrong, [])
        self.assertEqual(len(seen), 2)


class FakeContainer:
    """What push_file uses of an ops.Container."""

    def __init__(self):
        self.files, self.pushes = {}, 0

    def exists(self, path):
        return path in self.files

    def list_files(self, path, itself=False):
        assert itself
        return [self.files[path]]

    def pull(self, path):
        return io.StringIO(self.files[path].text)

    def push(self, path, source, *, make_dirs=False, permissions=None, user=None):
        assert make_dirs
        self.pushes += 1
        self.files[path] = SimpleNamespace(text=source, permissions=permissions, user=user)


class PushFileTests(unittest.TestCase):
    PATH = "/etc/notes/pgsql.json"

    def test_it_is_pushed_with_mode_and_user_once_for_each_text(self):
        container = FakeContainer()
        self.assertTrue(push_file(container, self.PATH, GONE, user="_daemon_"))
        self.assertFalse(push_file(container, self.PATH, GONE, user="_daemon_"))
        self.assertTrue(push_file(container, self.PATH, '{"a": "b"}\n', user="_daemon_"))
        self.assertEqual(container.pushes, 2)
        pushed = container.files[self.PATH]
        self.assertEqual((pushed.text, pushed.permissions, pushed.user), ('{"a": "b"}\n', 0o600, "_daemon_"))

    def test_it_is_pushed_again_when_mode_or_user_are_not_right(self):
        container = FakeContainer()
        push_file(container, self.PATH, GONE, user="root")
        self.assertTrue(push_file(container, self.PATH, GONE, user="_daemon_"))
        container.files[self.PATH].permissions = 0o644
        self.assertTrue(push_file(container, self.PATH, GONE, user="_daemon_"))
        container.files.clear()
        self.assertTrue(push_file(container, self.PATH, GONE, user="_daemon_"), "the container has been restarted")


class GoneTests(unittest.TestCase):
    def test_a_relation_that_is_gone_is_an_empty_object(self):
        self.assertEqual(json.loads(GONE), {})


if __name__ == "__main__":
    unittest.main()
