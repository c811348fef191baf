-- A snapshot is in force from its receipt until one of a higher order (sequence, revision) was received. One that was overtaken before it
-- came has until_us <= received_at_us and never was in force. The intervals of one host do not overlap.
ALTER TABLE snapshots ADD COLUMN until_us INTEGER NOT NULL DEFAULT 9223372036854775807;
-- The fleet row and the attributes of its body, in the dashboard's own compact form; null until it was worked out.
ALTER TABLE snapshots ADD COLUMN digest BLOB;
-- What changed against the closest lower snapshot that was in force (base; null for the first). While compared is 0, nothing is
-- known: kinds then has every bit, so that no filter leaves the row out.
ALTER TABLE snapshots ADD COLUMN compared INTEGER NOT NULL DEFAULT 0;
ALTER TABLE snapshots ADD COLUMN base INTEGER;
ALTER TABLE snapshots ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE snapshots ADD COLUMN kinds INTEGER NOT NULL DEFAULT -1;
ALTER TABLE snapshots ADD COLUMN headline TEXT NOT NULL DEFAULT '';

UPDATE snapshots SET until_us = w.until_us FROM (
    SELECT revision, coalesce(min(received_at_us) OVER (PARTITION BY host ORDER BY sequence DESC, revision DESC
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 9223372036854775807) AS until_us FROM snapshots) w
WHERE w.revision = snapshots.revision;

UPDATE hosts SET first_seen_us = min(first_seen_us, coalesce((SELECT min(s.received_at_us) FROM snapshots s WHERE s.host = hosts.id), first_seen_us));

-- The revision is the row id and so the last column of every index.
CREATE INDEX snapshots_by_host_and_receipt ON snapshots (host, received_at_us);
CREATE INDEX snapshots_by_receipt ON snapshots (received_at_us, revision, kinds);
-- Bits 0, 2 and 13: the first snapshot of a host, another module, and what could not be read.
CREATE INDEX snapshots_of_modules ON snapshots (received_at_us) WHERE kinds & 8197 <> 0;
CREATE INDEX snapshots_to_compare ON snapshots (compared, revision DESC);

-- Texts of digests, each once: hosts of one fleet say mostly the same. Never changed and never deleted.
CREATE TABLE texts (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

-- When a host was not heard of for longer than a probe may be silent.
CREATE TABLE silences (
    host INTEGER NOT NULL REFERENCES hosts (id),
    from_us INTEGER NOT NULL,
    to_us INTEGER NOT NULL,
    PRIMARY KEY (host, from_us)
) STRICT, WITHOUT ROWID;

-- When the dashboard itself did not run, so that nobody could be heard. alive_us of the one row of dashboard moves while it runs.
CREATE TABLE pauses (
    from_us INTEGER NOT NULL PRIMARY KEY,
    to_us INTEGER NOT NULL
) STRICT;
CREATE TABLE dashboard (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    alive_us INTEGER NOT NULL
) STRICT;

-- What people noted at a time (to_us null) or over a time, of one host or of the fleet (host null). A deleted one can come back for a moment.
CREATE TABLE annotations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    host INTEGER REFERENCES hosts (id),
    from_us INTEGER NOT NULL,
    to_us INTEGER,
    text TEXT NOT NULL,
    tags TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at_us INTEGER NOT NULL,
    edited_at_us INTEGER,
    deleted_at_us INTEGER
) STRICT;
CREATE INDEX annotations_by_host_and_time ON annotations (host, from_us);
CREATE INDEX annotations_deleted ON annotations (deleted_at_us) WHERE deleted_at_us IS NOT NULL;
