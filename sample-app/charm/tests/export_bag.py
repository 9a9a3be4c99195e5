"""Export what one of the files in tests/bags says: python3 -m tests.export_bag BAG [FILE] (from the charm's folder).

Writes FILE, or to the standard output. Where nothing is to be exported it says why, and ends with 75.
"""

import json
import pathlib
import sys
from typing import Any, Dict

from pgsql_relation_file import Export, from_pgsql, from_postgresql_client, secret_ids, write_file


def load(path: str) -> Dict[str, Any]:
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def export(given: Dict[str, Any]) -> Export:
    bags, database = given["bags"], given["database"]
    if given["interface"] == "pgsql":
        return from_pgsql(
            bags,
            database=database,
            extensions=given["extensions"],
            egress_subnets=given["egress-subnets"],
            relation_id=given["relation-id"],
        )
    application = next(bag for name, bag in bags.items() if "/" not in name)
    known = given.get("secrets", {})
    return from_postgresql_client(
        application,
        database=database,
        secrets={name: known[name] for name in secret_ids(application, database=database) if name in known},
        unit_bags=[bag for name, bag in bags.items() if "/" in name],
        relation_id=given["relation-id"],
    )


if __name__ == "__main__":
    exported = export(load(sys.argv[1]))
    if exported.text is None:
        print("waiting for " + str(exported.waiting_for))
        sys.exit(75)
    if len(sys.argv) > 2:
        write_file(sys.argv[2], exported.text)
    else:
        print(exported.text, end="")
