-- Which probes may connect. A probe is known by its public key; of enrolment tokens only the hash is kept. Times are microseconds since 1970 in UTC.
-- The name of this dashboard in what probes sign, so that a signature for one dashboard is worth nothing at another.
CREATE TABLE probe_realm (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    realm TEXT NOT NULL
) STRICT;
INSERT INTO probe_realm (id, realm) VALUES (1, lower(hex(randomblob(16))));

CREATE TABLE enrolment_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL,
    scope TEXT NOT NULL,
    uses INTEGER NOT NULL,
    used INTEGER NOT NULL DEFAULT 0,
    group_name TEXT,
    created_at_us INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    expires_at_us INTEGER NOT NULL,
    revoked_at_us INTEGER
) STRICT;

-- Rows stay when a probe is revoked, so that its key is never enrolled again. host_id is empty unless the scope is Host.
CREATE TABLE probes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    scope TEXT NOT NULL,
    host_id TEXT NOT NULL,
    name TEXT NOT NULL,
    key_id TEXT NOT NULL UNIQUE,
    public_key BLOB NOT NULL,
    token INTEGER NOT NULL REFERENCES enrolment_tokens (id),
    enrolled_at_us INTEGER NOT NULL,
    rotated_at_us INTEGER,
    revoked_at_us INTEGER,
    may_return INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX probes_of_hosts ON probes (host_id) WHERE revoked_at_us IS NULL AND host_id <> '';
