"""Counts the writes to what a sign-in is read from, in the SQLite file itself.

Other writes (what customers send, the audit, drafts) leave what is known of sign-ins as it is.
"""

READ_FROM = (
    "membership",
    "organisation",
    "person",
    "provider_session",
    "recognition",
    "representation",
    "viewer_session",
)
"""The tables that the question of `reader` names."""

_WRITES = ("insert", "update", "delete")

_ONE_MORE = "BEGIN UPDATE sign_in_changes SET count = count + 1; END"

COUNTING = (
    "CREATE TABLE sign_in_changes (id INTEGER PRIMARY KEY, count INTEGER NOT NULL)",
    "INSERT INTO sign_in_changes VALUES (1, 0)",
    *(
        f"CREATE TRIGGER sign_in_changes_{write}_{table} AFTER {write} ON {table} {_ONE_MORE}"
        for table in READ_FROM
        for write in _WRITES
    ),
)
"""What a file needs to count them. A trigger goes with its table: whoever makes one of these
tables anew makes its triggers anew."""

NOT_COUNTING = (
    *(
        f"DROP TRIGGER IF EXISTS sign_in_changes_{write}_{table}"
        for table in READ_FROM
        for write in _WRITES
    ),
    "DROP TABLE sign_in_changes",
)

TRIGGERS = len(READ_FROM) * len(_WRITES)
