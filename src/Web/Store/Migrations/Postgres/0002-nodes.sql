-- Several dashboards on one database, each a node. SQLite, which one dashboard uses alone, has none of this.

-- What a node has to read again: a number for each area, raised in the transaction that changes it, whoever changes it.
CREATE TABLE news (
    area text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO news (area, version) VALUES ('accounts', 0), ('alerts', 0), ('history', 0), ('labels', 0), ('probes', 0), ('sessions', 0), ('tokens', 0);

CREATE FUNCTION raise_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE news SET version = version + 1 WHERE area = TG_ARGV[0];
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
CREATE TRIGGER news AFTER INSERT OR UPDATE OR DELETE ON alert_targets FOR EACH STATEMENT EXECUTE FUNCTION raise_news('alerts');
CREATE TRIGGER news AFTER INSERT OR UPDATE ON alerts FOR EACH STATEMENT EXECUTE FUNCTION raise_news('alerts');

-- Which node heard of the host last, and what its probe's journal ever dropped unsent; null where no heartbeat said.
ALTER TABLE hosts ADD COLUMN seen_by text COLLATE "C";
ALTER TABLE hosts ADD COLUMN dropped bigint;

-- What the challenges are made with that probes sign: one node takes what another gave. The numbers come from PostgreSQL's strong source.
ALTER TABLE probe_realm ADD COLUMN challenge_key bytea NOT NULL DEFAULT decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');

-- The keys that protect cookies, forms and alert targets' secrets, as XML.
CREATE TABLE data_keys (
    name text COLLATE "C" PRIMARY KEY,
    content text COLLATE "C" NOT NULL
);
