"""Makes schemathesis ask for things that are there.

Made-up identifiers meet 404 only. These hooks remember what answers name, and put it into three of four requests, by the
name of the parameter. Which one is taken follows from the made-up value, so that a run repeats.
"""

import os
import re
import zlib

import schemathesis

# Parameters end in these; what comes before says of what: `userId`, `role_id`, `groupRid`.
ENDINGS = re.compile(r"(_?ids?|_?rids?|OrLabel|OrEncodedRoleId|Name)$", re.IGNORECASE)
KEPT = 50

# Whoever asks must not be deleted by it.
ME = os.environ.get("STANDIN_PRINCIPAL", "")

pools = {}


def subject(name):
    """`roleIdOrLabel` and `role_id` are of a `role`."""
    while True:
        shorter = ENDINGS.sub("", name)
        if shorter == name or not shorter:
            return name.replace("_", "").lower()
        name = shorter


def remember(kind, value):
    pool = pools.setdefault(kind, [])
    if isinstance(value, str) and value and value != ME and value not in pool and "/" not in value:
        pool.append(value)
        del pool[:-KEPT]


def walk(value, owner):
    if isinstance(value, list):
        for item in value:
            walk(item, owner)
    elif isinstance(value, dict):
        for key, member in value.items():
            if key.lower() in ("id", "rid", "name", "label"):
                remember(owner, member)
            elif isinstance(member, str):
                remember(subject(key), member)
            else:
                walk(member, subject(key.rstrip("s")))


def owner(path):
    """`/users/{userId}/roles` answers with a `role`."""
    names = [part for part in path.split("/") if part and not part.startswith("{")]
    last = names[-1] if names else ""
    return subject(last[:-3] + "y" if last.endswith("ies") else last.rstrip("s"))


@schemathesis.hook
def after_call(context, case, response):
    if response.status_code >= 300 or "json" not in response.headers.get("content-type", [""])[0]:
        return
    try:
        body = response.json()
    except ValueError:
        return
    walk(body, owner(case.operation.path))


def known(parameters):
    changed = dict(parameters or {})
    for name, value in changed.items():
        pool = pools.get(subject(name))
        dice = zlib.crc32(repr((name, value)).encode())
        if pool and isinstance(value, str) and dice % 4:
            changed[name] = pool[dice // 4 % len(pool)]
    return changed


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    return known(path_parameters)


@schemathesis.hook
def map_query(context, query):
    return known(query)
