-- People. Grants are written forms such as 'viewer:* operator:lab', separated by blanks. An account without a password signs in by OpenID Connect.
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password_hash TEXT,
    subject TEXT UNIQUE,
    grants TEXT NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0,
    created_at_us INTEGER NOT NULL,
    signed_in_at_us INTEGER
) STRICT;

-- Who is signed in. The key is the SHA-256 of what the browser's cookie holds.
CREATE TABLE sessions (
    key TEXT NOT NULL PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    started_at_us INTEGER NOT NULL,
    seen_at_us INTEGER NOT NULL,
    address TEXT NOT NULL,
    browser TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Links that set an account's password, each once. The key is the SHA-256 of the secret. Without a name the account is made, with these grants.
CREATE TABLE account_links (
    key TEXT NOT NULL PRIMARY KEY,
    name TEXT,
    grants TEXT NOT NULL,
    expires_at_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Tokens of scripts and other programs: never more than their account may, nor than the role and group that were chosen. The key is the SHA-256 of the secret.
CREATE TABLE api_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    grants TEXT NOT NULL,
    created_at_us INTEGER NOT NULL,
    expires_at_us INTEGER NOT NULL,
    used_at_us INTEGER
) STRICT;
