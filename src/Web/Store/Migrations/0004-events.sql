-- What was seen of a TDX module's initialisation and updates, in the probe's own order (boot, sequence). The body is the observation's JSON.
CREATE TABLE events (
    revision INTEGER PRIMARY KEY AUTOINCREMENT,
    host INTEGER NOT NULL REFERENCES hosts (id),
    boot_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    seen_at_us INTEGER NOT NULL,
    received_at_us INTEGER NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (host, boot_id, sequence)
) STRICT;

CREATE INDEX events_by_host ON events (host, revision);
