import json
import os
import pathlib
import pwd
import shutil
import stat
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "export-relation"

# Juju's, as far as the script uses them.
RELATION_GET = """#!/bin/sh
[ "$*" = "--format=json -r database:7 - postgresql" ] || exit 2
cat "$BAG"
"""
SECRET_GET = """#!/bin/sh
[ "$1 $2 $3" = "--refresh --format=json secret:u" ] || { echo "ERROR secret not found" >&2; exit 1; }
cat "$SECRET"
"""


@unittest.skipUnless(shutil.which("jq"), "jq is not there")
class ExportRelationTests(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="juju-pgsql-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.file = self.folder / "etc" / "pgsql.json"
        self.file.parent.mkdir()
        for name, text in (("relation-get", RELATION_GET), ("secret-get", SECRET_GET)):
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o755)

    def run_script(self, bag: dict, secret: dict, *, user: str = "") -> "subprocess.CompletedProcess[str]":
        (self.folder / "bag").write_text(json.dumps(bag))
        (self.folder / "secret").write_text(json.dumps(secret))
        user = user or pwd.getpwuid(os.geteuid()).pw_name
        return subprocess.run(
            [str(SCRIPT), "database:7", "postgresql", str(self.file), user],
            env={
                "PATH": f"{self.folder}:{os.environ['PATH']}",
                "BAG": str(self.folder / "bag"),
                "SECRET": str(self.folder / "secret"),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            timeout=60,
        )

    def test_a_bag_without_secrets_is_the_file(self):
        bag = {"database": "notes", "endpoints": "10.0.0.5:5432", "username": "u", "password": "it's \"\\ ü\n"}
        done = self.run_script(bag, {})
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertEqual(json.loads(self.file.read_text()), bag)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertEqual(os.listdir(self.file.parent), ["pgsql.json"])

    def test_secrets_take_the_place_of_their_names(self):
        bag = {"database": "notes", "endpoints": "10.0.0.5:5432", "secret-user": "secret:u"}
        done = self.run_script(bag, {"username": "u", "password": "it's \"\\ ü\n$(id)"})
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertEqual(
            json.loads(self.file.read_text()),
            {
                "database": "notes",
                "endpoints": "10.0.0.5:5432",
                "username": "u",
                "password": "it's \"\\ ü\n$(id)",
            },
        )

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a file away")
    def test_the_file_belongs_to_the_user(self):
        self.assertEqual(self.run_script({"database": "notes"}, {}, user="nobody").returncode, 0)
        self.assertEqual(self.file.stat().st_uid, pwd.getpwnam("nobody").pw_uid)

    def test_what_fails_leaves_the_old_file(self):
        self.file.write_text("{}\n")
        bag = {"database": "notes", "secret-user": "secret:u", "secret-tls": "secret:t"}
        for failing in (
            lambda: self.run_script(bag, {"username": "u", "password": "very-secret"}),
            lambda: self.run_script({"database": "notes"}, {}, user="no-such-user"),
        ):
            done = failing()
            self.assertNotEqual(done.returncode, 0)
            self.assertNotIn("very-secret", done.stdout)
            self.assertEqual(self.file.read_text(), "{}\n")
            self.assertEqual(os.listdir(self.file.parent), ["pgsql.json"])


if __name__ == "__main__":
    unittest.main()
