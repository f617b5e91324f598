"""What schemathesis loads into itself: each call comes from another machine, and ids in paths are often ids that exist."""

import itertools
import json
import os

import schemathesis

SENT = itertools.count(1)
# For each collection, such as `orders`, ids of it.
KNOWN = json.loads(os.environ.get("CARTWRIGHT_E2E_IDS", "{}"))


@schemathesis.hook
def before_call(context, case, kwargs):
    """This is about the answers, not about how many one may ask for."""
    number = next(SENT)
    case.headers["X-Forwarded-For"] = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Large numbers become ids of the collection that the part stands behind."""
    parts = context.operation.path.split("/")
    for name, value in (path_parameters or {}).items():
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2:
            known = KNOWN.get(parts[parts.index("{" + name + "}") - 1])
            path_parameters[name] = known[value % len(known)] if known else value % 3 + 1
    return path_parameters
