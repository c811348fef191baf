-- Rules over hosts' values, what they found, and who is told of it. Shares are 0 to 1, durations seconds, times microseconds since 1970 in UTC.
CREATE TABLE alert_rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    severity TEXT NOT NULL,
    is_on INTEGER NOT NULL,
    raise_at REAL NOT NULL,
    clear_at REAL NOT NULL,
    raise_for_s INTEGER NOT NULL,
    clear_for_s INTEGER NOT NULL,
    group_name TEXT,
    least TEXT NOT NULL,
    tells_emulated INTEGER NOT NULL,
    is_removed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX alert_rules_by_name ON alert_rules (name) WHERE is_removed = 0;

CREATE TABLE alert_silences (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    host_id TEXT,
    group_name TEXT,
    tag TEXT,
    rule INTEGER REFERENCES alert_rules (id),
    reason TEXT NOT NULL,
    author TEXT NOT NULL,
    from_us INTEGER NOT NULL,
    until_us INTEGER NOT NULL
) STRICT;

-- One row for each time that a rule fired for a host.
CREATE TABLE alerts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    rule INTEGER NOT NULL REFERENCES alert_rules (id),
    host_id TEXT NOT NULL,
    host_name TEXT NOT NULL,
    group_name TEXT,
    family TEXT NOT NULL,
    origin INTEGER NOT NULL,
    is_emulated INTEGER NOT NULL,
    fired_at_us INTEGER NOT NULL,
    resolved_at_us INTEGER,
    is_told INTEGER NOT NULL,
    value REAL,
    source TEXT NOT NULL,
    text TEXT NOT NULL,
    end_text TEXT
) STRICT;
CREATE UNIQUE INDEX alerts_open ON alerts (host_id, rule) WHERE resolved_at_us IS NULL;
CREATE INDEX alerts_over ON alerts (resolved_at_us) WHERE resolved_at_us IS NOT NULL;

-- The outbox: what targets are to be told, written with the change itself. A target has its place in the stream of each rule.
CREATE TABLE alert_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    alert INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
    rule INTEGER NOT NULL,
    at_us INTEGER NOT NULL
) STRICT;
CREATE INDEX alert_events_by_rule ON alert_events (rule, id);
CREATE INDEX alert_events_by_alert ON alert_events (alert);

-- A secret is kept as the key files of the dashboard protect it.
CREATE TABLE alert_targets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    is_on INTEGER NOT NULL,
    is_from_settings INTEGER NOT NULL,
    address TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    user_name TEXT NOT NULL,
    secret TEXT,
    first_event INTEGER NOT NULL,
    sent_at_us INTEGER,
    failure TEXT,
    failed_at_us INTEGER,
    dropped INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE alert_cursors (
    target INTEGER NOT NULL REFERENCES alert_targets (id) ON DELETE CASCADE,
    rule INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    PRIMARY KEY (target, rule)
) STRICT, WITHOUT ROWID;

ALTER TABLE hosts ADD COLUMN was_ready INTEGER NOT NULL DEFAULT 0;
