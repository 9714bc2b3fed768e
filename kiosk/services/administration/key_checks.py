"""Check values of the keys in the database, which reveal a wrong key file."""

from __future__ import annotations

from sqlalchemy import insert, select

from db.models.columns import table_of
from db.models.school import Setting
from db.store import Store

_KEY_CHECK = "key."
_setting = table_of(Setting)
_FIND_CHECKS = select(_setting.c.name, _setting.c.value).where(_setting.c.name.startswith(_KEY_CHECK))
_ADD = insert(_setting)


def known_checks(store: Store) -> dict[str, str]:
    """Return the stored checks by the key's name (see `db.keyring.KeyRing.key_checks`).

    Raises:
        StoreError: the database cannot be read.
    """
    with store.read() as session:
        rows = session.connection().execute(_FIND_CHECKS).all()
    return {row.name.removeprefix(_KEY_CHECK): row.value for row in rows}


def make_keys_known(store: Store) -> None:
    """Store a check of each key.

    Raises:
        StoreError: the database cannot be written.
    """
    known = known_checks(store)
    missing = {name: check for name, check in store.keys.key_checks().items() if name not in known}
    if not missing:
        return
    with store.write() as unit:
        present = {row.name for row in unit.connection.execute(_FIND_CHECKS)}  # another process may have stored some
        for name, check in missing.items():
            if _KEY_CHECK + name not in present:
                unit.connection.execute(_ADD, {"name": _KEY_CHECK + name, "value": check})
        unit.audit("system", "keys.known", "school", missing)
