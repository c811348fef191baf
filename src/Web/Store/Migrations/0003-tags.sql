-- What people call hosts: one group or none, and tags. Names are in the form that the dashboard gave them: lower case, no blanks.
ALTER TABLE hosts ADD COLUMN group_name TEXT;

CREATE TABLE host_tags (
    host INTEGER NOT NULL REFERENCES hosts (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (host, tag)
) STRICT, WITHOUT ROWID;
