-- The newest observations of a host, and its latest boot, in the probe's order.
CREATE INDEX events_by_host_and_sequence ON events (host, sequence);
-- The highest revision that retention removed of the host; 0 where it removed none.
ALTER TABLE hosts ADD COLUMN events_cut INTEGER NOT NULL DEFAULT 0;
