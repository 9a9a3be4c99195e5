"""Export a PostgreSQL relation to the file that juju-pgsql-spring-boot reads.

Copy this module into a charm. It is plain Python (3.8 or later) and imports neither ops nor anything else that has to
be installed: what the relation holds comes in as dictionaries of strings, what goes into the file comes out as text.

    export = from_postgresql_client(bag, database="notes", secrets=secrets, relation_id=7)
    if export.text is not None:
        write_file("/etc/notes/pgsql.json", export.text, user="notes")   # machines
        push_file(container, "/etc/notes/pgsql.json", export.text, user="_daemon_")   # Kubernetes, Pebble

Nothing here logs, and neither an export's repr nor an exception holds a value of the relation.
"""

import json
import os
import pwd
import stat
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, List, Mapping, Optional, Set, Tuple

Bag = Mapping[str, str]

# What a relation that is gone looks like: there are no servers. An empty file would be taken for one that is not whole.
GONE = "{}\n"

# Only the workload's user may read the file, from its very first byte on.
MODE = 0o600

# What the starter makes use of. The rest (the library's "data", salts, an entity's password) would have the file
# rewritten for nothing, or hold a secret more than the workload needs.
_KEYS = (
    "endpoints",
    "password",
    "prefix-databases",
    "read-only-endpoints",
    "read-only-uris",
    "subordinated",
    "tls",
    "tls-ca",
    "uris",
    "username",
    "version",
)

# The secrets that hold some of them. Others (secret-entity, secret-extra, secret-mtls) are of no use to the workload.
_SECRETS = ("secret-user", "secret-tls")


@dataclass(frozen=True)
class Export:
    """What is to become of the file.

    text: the whole content of the file; None while nothing has been granted yet: leave the file as it is.
    waiting_for: what a person would be told in the unit's status, without any value; None if all is there.
    """

    text: Optional[str] = field(repr=False)
    waiting_for: Optional[str] = None


def from_postgresql_client(
    bag: Bag,
    *,
    database: str,
    secrets: Mapping[str, Mapping[str, str]],
    unit_bags: Iterable[Bag] = (),
    relation_id: Optional[int] = None,
) -> Export:
    """Export a relation of the interface postgresql_client.

    bag: the data bag of the server's application.
    database: the database that was asked for.
    secrets: the content of those secrets that secret_ids(bag) names, by the id that stands in the bag. One that cannot
        be read yet is left out; then nothing is exported, because half of the credentials are none.
    unit_bags: the data bags of the server's units. Only pgbouncer on machines says something there.
    relation_id: Juju's number of the relation, by which the workload tells a new relation from a changed one.
    """
    answer = _answer(bag, database)
    if answer is None:
        return Export(None, "the database to be created")
    if answer.get("subordinated") == "true" and all(unit.get("state") != "ready" for unit in unit_bags):
        return Export(None, "pgbouncer to be ready")
    known = dict(answer)
    for name in _SECRETS:
        if answer.get(name):
            content = secrets.get(answer[name])
            if content is None:
                return Export(None, "the secret of " + name)
            known.update(content)
    if not known.get("username") or not known.get("password"):
        return Export(None, "the credentials")
    relation: Dict[str, Optional[str]] = {key: known[key] for key in _KEYS if key in known}
    relation["database"] = database
    return Export(_text(relation, relation_id))


def secret_ids(bag: Bag, *, database: str) -> List[str]:
    """Return the ids of the secrets whose content from_postgresql_client needs."""
    answer = _answer(bag, database) or {}
    return [answer[name] for name in _SECRETS if answer.get(name)]


def from_pgsql(
    bags: Mapping[str, Bag],
    *,
    database: str,
    extensions: Iterable[str] = (),
    egress_subnets: str = "",
    relation_id: Optional[int] = None,
) -> Export:
    """Export a relation of the interface pgsql, as the library ops-lib-pgsql reads it.

    bags: the data bags of the server's application and of its units, by name: {"postgresql": …, "postgresql/0": …}.
    database, extensions: what was asked for. A bag counts once it mirrors both.
    egress_subnets: what our own unit's bag has under "egress-subnets". A bag counts once it lets all of them in.
    relation_id: Juju's number of the relation, by which the workload tells a new relation from a changed one.
    """
    wanted = set(extensions)
    unmet = "the database to be created"
    ready: List[Bag] = []
    for name in sorted(bags):
        lacking = _lacking(bags[name], database, wanted, _split(egress_subnets))
        if lacking is None:
            ready.append(bags[name])
        elif bags[name].get("master") or bags[name].get("standbys"):
            unmet = lacking
    if not ready:
        return Export(None, unmet)
    relation: Dict[str, Optional[str]] = {
        "database": database,
        "extensions": ",".join(sorted(wanted)),
        # null if there is none now: a file that says nothing of servers would be refused
        "master": _first(ready, "master"),
        # as published: the starter knows the separators of all charms
        "standbys": _first(ready, "standbys"),
        "version": _first(ready, "version"),
    }
    return Export(_text(relation, relation_id))


def write_file(path: str, text: str, *, user: Optional[str] = None) -> bool:
    """Write the file on a machine: beside it, and then by rename, so that a reader sees the old one or the new one.

    The folder has to be there, and should be root's: who may write to it may replace the file.

    user: to whom the file shall belong, with the user's own group; the one we run as if None.
    Returns whether there was anything to write: the same text with the right owner and mode stays untouched.
    Raises OSError or KeyError (there is no such user); the former file is then still in place.
    """
    uid, gid = (os.geteuid(), os.getegid()) if user is None else _ids(user)
    content = text.encode("utf-8")
    if _is_there(path, content, uid, gid):
        return False
    folder, name = os.path.split(os.path.abspath(path))
    # always the same name, so what a killed hook has left behind goes with the next one; hooks do not run concurrently
    beside = os.path.join(folder, "." + name + ".new")
    _remove(beside)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, MODE)
    try:
        with open(descriptor, "wb") as file:
            os.fchown(descriptor, uid, gid)
            os.fchmod(descriptor, MODE)  # whatever the umask is
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.replace(beside, path)
    except BaseException:
        _remove(beside)
        raise
    _sync_folder(folder)
    return True


def push_file(container: Any, path: str, text: str, *, user: str) -> bool:
    """Write the file into a container, by Pebble, which writes beside it and renames by itself.

    The path must not be a mounted file, which cannot be replaced. A file in a mounted folder can.

    container: an ops.Container that can be connected to.
    user: to whom the file shall belong, with the user's own group.
    Returns whether there was anything to write. Raises what the container raises.
    """
    if container.exists(path):
        there = container.list_files(path, itself=True)[0]
        if (there.permissions, there.user) == (MODE, user) and container.pull(path).read() == text:
            return False
    container.push(path, text, make_dirs=True, permissions=MODE, user=user)
    return True


def _answer(bag: Bag, database: str) -> Optional[Bag]:
    """Return what the server has granted: the bag itself, or one of the answers in it if the contract is v1."""
    if bag.get("version") != "v1":
        return bag if bag.get("database") == database else None
    try:
        answers = json.loads(bag.get("requests") or "[]")
    except ValueError:
        return None
    for answer in answers if isinstance(answers, list) else []:
        if isinstance(answer, dict) and answer.get("resource") == database:
            return {key: str(value) for key, value in answer.items() if isinstance(value, (str, int))}
    return None


def _lacking(bag: Bag, database: str, extensions: Set[str], subnets: Set[str]) -> Optional[str]:
    if bag.get("database") != database:
        return "the database to be created"
    if _split(bag.get("extensions")) != extensions:
        return "the extensions to be installed"
    if not subnets <= _split(bag.get("allowed-subnets")):
        return "the server to let this unit in"
    return None


def _first(bags: Iterable[Bag], key: str) -> Optional[str]:
    return next((bag[key] for bag in bags if bag.get(key)), None)


def _split(text: Optional[str]) -> Set[str]:
    return {part.strip() for part in (text or "").split(",") if part.strip()}


def _text(relation: Dict[str, Optional[str]], relation_id: Optional[int]) -> str:
    if relation_id is not None:
        relation["relation-id"] = str(relation_id)
    # sorted, so that the same relation is the same text
    return json.dumps(relation, indent=2, sort_keys=True) + "\n"


def _ids(user: str) -> Tuple[int, int]:
    entry = pwd.getpwnam(user)
    return entry.pw_uid, entry.pw_gid


def _is_there(path: str, content: bytes, uid: int, gid: int) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or stat.S_IMODE(status.st_mode) != MODE:
            return False
        return (status.st_uid, status.st_gid) == (uid, gid) and file.read() == content


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def _sync_folder(folder: str) -> None:
    """Make the rename outlast a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
