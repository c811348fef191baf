-- The store on PostgreSQL, as it is with SQLite's migrations up to 0009. What differs, and why:
-- Times are microseconds since 1970 in UTC as bigint: they are compared with "for ever" (9223372036854775807) and counted with, and no session's zone can change them.
-- Texts compare byte by byte (COLLATE "C"), as hosts' identities and hashes do everywhere else; lower() then knows ASCII alone, as SQLite's does.
-- Flags are numbers, so that the statements of both engines are the same.
-- Nothing is partitioned: (host, boot, sequence) must be unique over all time, which no partition by time can promise, and a year of 10,000 hosts is half a million rows.

-- What the shared statements call by the names that SQLite gives it. The planner puts their bodies in place of the calls.
CREATE FUNCTION min(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN least($1, $2);
CREATE FUNCTION max(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN greatest($1, $2);
CREATE FUNCTION instr(text, text) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN strpos($1, $2);

-- One row: whose schema this is, and its version.
CREATE TABLE tdxdash (
    id bigint PRIMARY KEY CHECK (id = 1),
    version bigint NOT NULL
);

-- Every few seconds each row is told when its host was last heard of: room in the page, and no index on that column, keep it there.
CREATE TABLE hosts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    host_id text COLLATE "C" NOT NULL UNIQUE,
    name text COLLATE "C" NOT NULL,
    origin text COLLATE "C" NOT NULL,
    probe_version text COLLATE "C" NOT NULL,
    first_seen_us bigint NOT NULL,
    last_seen_us bigint NOT NULL,
    group_name text COLLATE "C",
    events_cut bigint NOT NULL DEFAULT 0,
    was_ready bigint NOT NULL DEFAULT 0 CHECK (was_ready IN (0, 1))
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

CREATE TABLE host_tags (
    host bigint NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    tag text COLLATE "C" NOT NULL,
    PRIMARY KEY (host, tag)
);

-- Bodies come compressed: PostgreSQL need not try again.
CREATE TABLE bodies (
    hash text COLLATE "C" PRIMARY KEY,
    id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    schema bigint NOT NULL,
    raw_bytes bigint NOT NULL,
    body bytea NOT NULL
);
ALTER TABLE bodies ALTER COLUMN body SET STORAGE EXTERNAL;

-- Numbers rise in the order of commits: whoever writes holds the one turn from before the first number to after the commit.
-- A snapshot is in force from its receipt until one of a higher order (sequence, revision) was received; see docs/store.md.
CREATE TABLE snapshots (
    revision bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    host bigint NOT NULL REFERENCES hosts (id),
    boot_id text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    hash text COLLATE "C" NOT NULL REFERENCES bodies (hash),
    taken_at_us bigint NOT NULL,
    received_at_us bigint NOT NULL,
    until_us bigint NOT NULL DEFAULT 9223372036854775807,
    digest bytea,
    compared bigint NOT NULL DEFAULT 0,
    base bigint,
    changed bigint NOT NULL DEFAULT 0,
    kinds bigint NOT NULL DEFAULT -1,
    headline text COLLATE "C" NOT NULL DEFAULT '',
    UNIQUE (host, boot_id, sequence)
) WITH (fillfactor = 80);
ALTER TABLE snapshots ALTER COLUMN digest SET STORAGE EXTERNAL;
CREATE INDEX snapshots_by_host_and_sequence ON snapshots (host, sequence, revision);
CREATE INDEX snapshots_by_hash ON snapshots (hash);
CREATE INDEX snapshots_by_host_and_receipt ON snapshots (host, received_at_us);
CREATE INDEX snapshots_by_receipt ON snapshots (received_at_us, revision) INCLUDE (kinds);
-- Bits 0, 2 and 13: the first snapshot of a host, another module, and what could not be read.
CREATE INDEX snapshots_of_modules ON snapshots (received_at_us) WHERE kinds & 8197 <> 0;
CREATE INDEX snapshots_to_compare ON snapshots (compared, revision DESC);

-- Texts of digests, each once. An exclusion by hash is a unique constraint for texts of any length. Numbers rise by one: none is lost with a transaction.
CREATE TABLE texts (
    id bigint PRIMARY KEY,
    text text COLLATE "C" NOT NULL,
    EXCLUDE USING hash (text WITH =)
);

-- Stores one snapshot, as SnapshotWork does on SQLite in several turns, which cost nothing there: (host, boot, sequence) once, its body by its hash, what was in force gives way.
-- What is held under (host, boot, sequence) afterwards: its hash, which is another one at a conflict, its revision, and whether it was not there before.
CREATE FUNCTION put_snapshot(of_host text, of_name text, of_origin text, of_probe text, of_boot text, of_sequence bigint, of_hash text, of_schema bigint, of_raw_bytes bigint, of_body bytea,
    of_taken bigint, of_received bigint, of_digest bytea, OUT held_hash text, OUT held_revision bigint, OUT is_new boolean) LANGUAGE plpgsql AS $put$
DECLARE
    host_number bigint;
BEGIN
    -- Two statements and no join, whose order would be chosen once, while the tables are empty.
    SELECT h.id INTO host_number FROM hosts h WHERE h.host_id = of_host;
    SELECT s.hash, s.revision INTO held_hash, held_revision FROM snapshots s WHERE s.host = host_number AND s.boot_id = of_boot AND s.sequence = of_sequence;
    is_new := NOT FOUND;
    IF held_hash <> of_hash THEN
        RETURN;
    END IF;

    -- The body at hand was checked against its hash: a stored one that was damaged heals. One that is whole is only read, not written again.
    INSERT INTO bodies (hash, schema, raw_bytes, body) VALUES (of_hash, of_schema, of_raw_bytes, of_body)
        ON CONFLICT (hash) DO UPDATE SET schema = excluded.schema, raw_bytes = excluded.raw_bytes, body = excluded.body
        WHERE bodies.body <> excluded.body OR bodies.raw_bytes <> excluded.raw_bytes OR bodies.schema <> excluded.schema;
    IF NOT is_new THEN
        -- Bit 13: what could not be read.
        UPDATE snapshots SET compared = 0, kinds = -1 WHERE hash = of_hash AND compared <> 0 AND kinds & 8192 <> 0;
        RETURN;
    END IF;

    INSERT INTO hosts (host_id, name, origin, probe_version, first_seen_us, last_seen_us) VALUES (of_host, of_name, of_origin, of_probe, of_received, of_received)
        ON CONFLICT (host_id) DO UPDATE SET name = excluded.name, origin = excluded.origin, probe_version = excluded.probe_version,
            first_seen_us = least(hosts.first_seen_us, excluded.first_seen_us), last_seen_us = greatest(hosts.last_seen_us, excluded.last_seen_us)
        RETURNING id INTO host_number;
    IF of_digest IS NULL THEN
        SELECT s.digest INTO of_digest FROM snapshots s WHERE s.hash = of_hash AND s.digest IS NOT NULL ORDER BY s.revision DESC LIMIT 1;
    END IF;

    INSERT INTO snapshots (host, boot_id, sequence, hash, taken_at_us, received_at_us, digest, until_us)
        VALUES (host_number, of_boot, of_sequence, of_hash, of_taken, of_received, of_digest,
            coalesce((SELECT min(h.received_at_us) FROM snapshots h WHERE h.host = host_number AND h.sequence > of_sequence), 9223372036854775807))
        RETURNING revision INTO held_revision;
    held_hash := of_hash;
    UPDATE snapshots SET until_us = of_received WHERE sequence <= of_sequence AND revision =
        (SELECT f.revision FROM snapshots f WHERE f.host = host_number AND f.received_at_us <= of_received AND f.until_us > of_received AND f.revision <> held_revision
         ORDER BY f.received_at_us DESC LIMIT 1);
    IF EXISTS (SELECT 1 FROM snapshots WHERE host = host_number AND received_at_us >= of_received AND revision <> held_revision) THEN
        UPDATE snapshots SET until_us = least(until_us, of_received) WHERE host = host_number AND received_at_us > of_received AND sequence <= of_sequence;
        UPDATE snapshots SET compared = 0, kinds = -1 WHERE host = host_number AND received_at_us >= of_received AND revision <> held_revision AND compared <> 0;
    END IF;
END
$put$;

CREATE TABLE silences (
    host bigint NOT NULL REFERENCES hosts (id),
    from_us bigint NOT NULL,
    to_us bigint NOT NULL,
    PRIMARY KEY (host, from_us)
);

CREATE TABLE pauses (
    from_us bigint PRIMARY KEY,
    to_us bigint NOT NULL
);

CREATE TABLE dashboard (
    id bigint PRIMARY KEY CHECK (id = 1),
    alive_us bigint NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE annotations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    host bigint REFERENCES hosts (id),
    from_us bigint NOT NULL,
    to_us bigint,
    text text COLLATE "C" NOT NULL,
    tags text COLLATE "C" NOT NULL,
    author text COLLATE "C" NOT NULL,
    created_at_us bigint NOT NULL,
    edited_at_us bigint,
    deleted_at_us bigint
);
CREATE INDEX annotations_by_host_and_time ON annotations (host, from_us);
CREATE INDEX annotations_deleted ON annotations (deleted_at_us) WHERE deleted_at_us IS NOT NULL;

-- Bodies are JSON, and never asked about: bytes, as the probe sent them.
CREATE TABLE events (
    revision bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    host bigint NOT NULL REFERENCES hosts (id),
    boot_id text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    seen_at_us bigint NOT NULL,
    received_at_us bigint NOT NULL,
    body bytea NOT NULL,
    UNIQUE (host, boot_id, sequence)
);
CREATE INDEX events_by_host ON events (host, revision);
CREATE INDEX events_by_host_and_sequence ON events (host, sequence);

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_us bigint NOT NULL,
    actor text COLLATE "C" NOT NULL,
    address text COLLATE "C" NOT NULL,
    action text COLLATE "C" NOT NULL,
    target text COLLATE "C" NOT NULL,
    detail text COLLATE "C" NOT NULL
);
CREATE INDEX audit_by_time ON audit (at_us);

CREATE TABLE accounts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    password_hash text COLLATE "C",
    subject text COLLATE "C" UNIQUE,
    grants text COLLATE "C" NOT NULL,
    disabled bigint NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    created_at_us bigint NOT NULL,
    signed_in_at_us bigint
);
CREATE UNIQUE INDEX accounts_by_name ON accounts (lower(name));

CREATE TABLE sessions (
    key text COLLATE "C" PRIMARY KEY,
    account bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    started_at_us bigint NOT NULL,
    seen_at_us bigint NOT NULL,
    address text COLLATE "C" NOT NULL,
    browser text COLLATE "C" NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account);

CREATE TABLE account_links (
    key text COLLATE "C" PRIMARY KEY,
    account bigint REFERENCES accounts (id) ON DELETE CASCADE,
    name text COLLATE "C",
    grants text COLLATE "C" NOT NULL,
    expires_at_us bigint NOT NULL
);

CREATE TABLE api_tokens (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text COLLATE "C" NOT NULL UNIQUE,
    account bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name text COLLATE "C" NOT NULL,
    grants text COLLATE "C" NOT NULL,
    created_at_us bigint NOT NULL,
    expires_at_us bigint NOT NULL,
    used_at_us bigint
);
CREATE INDEX api_tokens_by_account ON api_tokens (account);

CREATE TABLE probe_realm (
    id bigint PRIMARY KEY CHECK (id = 1),
    realm text COLLATE "C" NOT NULL
);
INSERT INTO probe_realm (id, realm) VALUES (1, replace(gen_random_uuid()::text, '-', ''));

CREATE TABLE enrolment_tokens (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL,
    scope text COLLATE "C" NOT NULL,
    uses bigint NOT NULL,
    used bigint NOT NULL DEFAULT 0,
    group_name text COLLATE "C",
    created_at_us bigint NOT NULL,
    created_by text COLLATE "C" NOT NULL,
    expires_at_us bigint NOT NULL,
    revoked_at_us bigint
);

CREATE TABLE probes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope text COLLATE "C" NOT NULL,
    host_id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    key_id text COLLATE "C" NOT NULL UNIQUE,
    public_key bytea NOT NULL,
    token bigint NOT NULL REFERENCES enrolment_tokens (id),
    enrolled_at_us bigint NOT NULL,
    rotated_at_us bigint,
    revoked_at_us bigint,
    may_return bigint NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX probes_of_hosts ON probes (host_id) WHERE revoked_at_us IS NULL AND host_id <> '';

CREATE TABLE alert_rules (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    severity text COLLATE "C" NOT NULL,
    is_on bigint NOT NULL CHECK (is_on IN (0, 1)),
    raise_at double precision NOT NULL,
    clear_at double precision NOT NULL,
    raise_for_s bigint NOT NULL,
    clear_for_s bigint NOT NULL,
    group_name text COLLATE "C",
    least text COLLATE "C" NOT NULL,
    tells_emulated bigint NOT NULL CHECK (tells_emulated IN (0, 1)),
    is_removed bigint NOT NULL DEFAULT 0 CHECK (is_removed IN (0, 1))
);
CREATE UNIQUE INDEX alert_rules_by_name ON alert_rules (name) WHERE is_removed = 0;

CREATE TABLE alert_silences (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    host_id text COLLATE "C",
    group_name text COLLATE "C",
    tag text COLLATE "C",
    rule bigint REFERENCES alert_rules (id),
    reason text COLLATE "C" NOT NULL,
    author text COLLATE "C" NOT NULL,
    from_us bigint NOT NULL,
    until_us bigint NOT NULL
);

CREATE TABLE alerts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule bigint NOT NULL REFERENCES alert_rules (id),
    host_id text COLLATE "C" NOT NULL,
    host_name text COLLATE "C" NOT NULL,
    group_name text COLLATE "C",
    family text COLLATE "C" NOT NULL,
    origin bigint NOT NULL,
    is_emulated bigint NOT NULL CHECK (is_emulated IN (0, 1)),
    fired_at_us bigint NOT NULL,
    resolved_at_us bigint,
    is_told bigint NOT NULL CHECK (is_told IN (0, 1)),
    value double precision,
    source text COLLATE "C" NOT NULL,
    text text COLLATE "C" NOT NULL,
    end_text text COLLATE "C"
);
CREATE UNIQUE INDEX alerts_open ON alerts (host_id, rule) WHERE resolved_at_us IS NULL;
CREATE INDEX alerts_over ON alerts (resolved_at_us) WHERE resolved_at_us IS NOT NULL;

CREATE TABLE alert_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert bigint NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    rule bigint NOT NULL,
    at_us bigint NOT NULL
);
CREATE INDEX alert_events_by_rule ON alert_events (rule, id);
CREATE INDEX alert_events_by_alert ON alert_events (alert);

CREATE TABLE alert_targets (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    kind text COLLATE "C" NOT NULL,
    is_on bigint NOT NULL CHECK (is_on IN (0, 1)),
    is_from_settings bigint NOT NULL CHECK (is_from_settings IN (0, 1)),
    address text COLLATE "C" NOT NULL,
    sender text COLLATE "C" NOT NULL,
    recipients text COLLATE "C" NOT NULL,
    user_name text COLLATE "C" NOT NULL,
    secret text COLLATE "C",
    first_event bigint NOT NULL,
    sent_at_us bigint,
    failure text COLLATE "C",
    failed_at_us bigint,
    dropped bigint NOT NULL DEFAULT 0
);

CREATE TABLE alert_cursors (
    target bigint NOT NULL REFERENCES alert_targets (id) ON DELETE CASCADE,
    rule bigint NOT NULL,
    sent bigint NOT NULL,
    PRIMARY KEY (target, rule)
);
