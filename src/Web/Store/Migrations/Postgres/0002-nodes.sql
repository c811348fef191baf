-- Several dashboards on one database, each a node. SQLite, which one dashboard uses alone, has none of this.

-- What a node has to read again: a number for each area, raised in the transaction that changes it, whoever changes it. The session that raised it last, and what it was before that session: whoever raised
-- it itself has nothing to read again.
CREATE TABLE news (
    area text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    session bigint NOT NULL DEFAULT 0,
    before bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);
INSERT INTO news (area, version) VALUES ('accounts', 0), ('alert_log', 0), ('alerts', 0), ('history', 0), ('labels', 0), ('probes', 0), ('sessions', 0), ('tokens', 0);

CREATE FUNCTION raise_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE news SET version = version + 1, session = pg_backend_pid(), before = CASE session WHEN pg_backend_pid() THEN before ELSE version END WHERE area = TG_ARGV[0];
    RETURN NULL;
END
$$;

CREATE TRIGGER news AFTER INSERT OR UPDATE OR DELETE ON accounts FOR EACH STATEMENT EXECUTE FUNCTION raise_news('accounts');
CREATE TRIGGER news AFTER INSERT OR UPDATE OR DELETE ON sessions FOR EACH STATEMENT EXECUTE FUNCTION raise_news('sessions');
CREATE TRIGGER news AFTER INSERT OR DELETE ON api_tokens FOR EACH STATEMENT EXECUTE FUNCTION raise_news('tokens');
CREATE TRIGGER news AFTER UPDATE OF group_name ON hosts FOR EACH STATEMENT EXECUTE FUNCTION raise_news('labels');
CREATE TRIGGER news AFTER INSERT OR DELETE ON host_tags FOR EACH STATEMENT EXECUTE FUNCTION raise_news('labels');
CREATE TRIGGER news AFTER UPDATE ON probes FOR EACH STATEMENT EXECUTE FUNCTION raise_news('probes');
CREATE TRIGGER news AFTER INSERT OR UPDATE OR DELETE ON annotations FOR EACH STATEMENT EXECUTE FUNCTION raise_news('history');
CREATE TRIGGER news AFTER UPDATE OF headline ON snapshots FOR EACH STATEMENT EXECUTE FUNCTION raise_news('history');
CREATE TRIGGER news AFTER INSERT OR UPDATE OR DELETE ON alert_rules FOR EACH STATEMENT EXECUTE FUNCTION raise_news('alerts');
CREATE TRIGGER news AFTER INSERT OR UPDATE OR DELETE ON alert_silences FOR EACH STATEMENT EXECUTE FUNCTION raise_news('alerts');
CREATE TRIGGER news AFTER INSERT OR UPDATE OF name, kind, is_on, is_from_settings, address, sender, recipients, user_name, secret, first_event OR DELETE ON alert_targets
    FOR EACH STATEMENT EXECUTE FUNCTION raise_news('alerts');
-- What was told to whom, and what fired, is shown, but makes no rule look at anything anew.
CREATE TRIGGER told AFTER UPDATE OF sent_at_us, failure, failed_at_us, dropped ON alert_targets FOR EACH STATEMENT EXECUTE FUNCTION raise_news('alert_log');
CREATE TRIGGER news AFTER INSERT OR UPDATE ON alerts FOR EACH STATEMENT EXECUTE FUNCTION raise_news('alert_log');

-- Which node heard of the host last; when, by the server's clock, in microseconds since 1970 in UTC; and what its probe's journal ever dropped unsent; null where no heartbeat said.
ALTER TABLE hosts ADD COLUMN seen_by text COLLATE "C";
ALTER TABLE hosts ADD COLUMN heard_us bigint;
ALTER TABLE hosts ADD COLUMN dropped bigint;

-- What the challenges are made with that probes sign: one node takes what another gave. The numbers come from PostgreSQL's strong source.
ALTER TABLE probe_realm ADD COLUMN challenge_key bytea NOT NULL DEFAULT decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');

-- The keys that protect cookies, forms and alert targets' secrets, as XML.
CREATE TABLE data_keys (
    name text COLLATE "C" PRIMARY KEY,
    content text COLLATE "C" NOT NULL
);
