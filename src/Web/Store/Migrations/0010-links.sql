-- With an account a link sets that one's password; else the account is made, with the link's grants: under its name, or, of the first administrator, under one that is chosen.
ALTER TABLE account_links ADD COLUMN account INTEGER REFERENCES accounts (id) ON DELETE CASCADE;

-- A link of before it names its account alone, which may have been removed and made anew since.
DELETE FROM account_links WHERE name IS NOT NULL;
