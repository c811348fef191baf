-- Times are microseconds since 1970 in UTC. Sequences rise over boots, so the latest snapshot of a host is the one with the highest.
CREATE TABLE hosts (
    id INTEGER PRIMARY KEY,
    host_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    origin TEXT NOT NULL,
    probe_version TEXT NOT NULL,
    first_seen_us INTEGER NOT NULL,
    last_seen_us INTEGER NOT NULL
) STRICT;

CREATE TABLE bodies (
    hash TEXT NOT NULL PRIMARY KEY,
    schema INTEGER NOT NULL,
    raw_bytes INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE snapshots (
    revision INTEGER PRIMARY KEY AUTOINCREMENT,
    host INTEGER NOT NULL REFERENCES hosts (id),
    boot_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL REFERENCES bodies (hash),
    taken_at_us INTEGER NOT NULL,
    received_at_us INTEGER NOT NULL,
    UNIQUE (host, boot_id, sequence)
) STRICT;

CREATE INDEX snapshots_by_host_and_sequence ON snapshots (host, sequence, revision);
CREATE INDEX snapshots_by_hash ON snapshots (hash);
