-- put_snapshot in fewer statements, of which the server sets each up anew for every snapshot, for the two usual cases: the first one of a host, and one that is beyond all of its host in order and in time.
-- Where the one received last is in force without end, none of a higher order is there; of those of a lower order nothing has to give way but that one.
CREATE OR REPLACE FUNCTION put_snapshot(of_host text, of_name text, of_origin text, of_probe text, of_boot text, of_sequence bigint, of_hash text, of_schema bigint, of_raw_bytes bigint, of_body bytea,
    of_taken bigint, of_received bigint, of_digest bytea, OUT held_hash text, OUT held_revision bigint, OUT is_new boolean) LANGUAGE plpgsql AS $put$
DECLARE
    endless CONSTANT bigint := 9223372036854775807;
    host_number bigint;
    last_revision bigint;
    last_sequence bigint;
    last_received bigint;
    last_until bigint;
    is_next boolean;
BEGIN
    -- Two statements and no join, whose order would be chosen once, while the tables are empty.
    SELECT h.id INTO host_number FROM hosts h WHERE h.host_id = of_host;
    IF host_number IS NOT NULL THEN
        SELECT s.revision, s.sequence, s.received_at_us, s.until_us INTO last_revision, last_sequence, last_received, last_until
            FROM snapshots s WHERE s.host = host_number ORDER BY s.received_at_us DESC LIMIT 1;
    END IF;

    is_next := host_number IS NULL OR coalesce(last_until = endless AND last_received < of_received AND last_sequence < of_sequence, false);
    is_new := is_next;
    IF NOT is_next THEN
        SELECT s.hash, s.revision INTO held_hash, held_revision FROM snapshots s WHERE s.host = host_number AND s.boot_id = of_boot AND s.sequence = of_sequence;
        is_new := NOT FOUND;
        IF held_hash <> of_hash THEN
            RETURN;
        END IF;
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

    -- Whoever writes has the turn: nobody adds the host meanwhile.
    IF host_number IS NULL THEN
        INSERT INTO hosts (host_id, name, origin, probe_version, first_seen_us, last_seen_us) VALUES (of_host, of_name, of_origin, of_probe, of_received, of_received) RETURNING id INTO host_number;
    ELSE
        UPDATE hosts SET name = of_name, origin = of_origin, probe_version = of_probe, first_seen_us = least(first_seen_us, of_received), last_seen_us = greatest(last_seen_us, of_received)
            WHERE id = host_number;
    END IF;

    IF of_digest IS NULL THEN
        SELECT s.digest INTO of_digest FROM snapshots s WHERE s.hash = of_hash AND s.digest IS NOT NULL ORDER BY s.revision DESC LIMIT 1;
    END IF;

    held_hash := of_hash;
    IF is_next THEN
        INSERT INTO snapshots (host, boot_id, sequence, hash, taken_at_us, received_at_us, digest, until_us)
            VALUES (host_number, of_boot, of_sequence, of_hash, of_taken, of_received, of_digest, endless) RETURNING revision INTO held_revision;
        IF last_revision IS NOT NULL THEN
            UPDATE snapshots SET until_us = of_received WHERE revision = last_revision;
        END IF;

        RETURN;
    END IF;

    INSERT INTO snapshots (host, boot_id, sequence, hash, taken_at_us, received_at_us, digest, until_us)
        VALUES (host_number, of_boot, of_sequence, of_hash, of_taken, of_received, of_digest,
            coalesce((SELECT min(h.received_at_us) FROM snapshots h WHERE h.host = host_number AND h.sequence > of_sequence), endless))
        RETURNING revision INTO held_revision;
    UPDATE snapshots SET until_us = of_received WHERE sequence <= of_sequence AND revision =
        (SELECT f.revision FROM snapshots f WHERE f.host = host_number AND f.received_at_us <= of_received AND f.until_us > of_received AND f.revision <> held_revision
         ORDER BY f.received_at_us DESC LIMIT 1);
    IF EXISTS (SELECT 1 FROM snapshots WHERE host = host_number AND received_at_us >= of_received AND revision <> held_revision) THEN
        UPDATE snapshots SET until_us = least(until_us, of_received) WHERE host = host_number AND received_at_us > of_received AND sequence <= of_sequence;
        UPDATE snapshots SET compared = 0, kinds = -1 WHERE host = host_number AND received_at_us >= of_received AND revision <> held_revision AND compared <> 0;
    END IF;
END
$put$;
