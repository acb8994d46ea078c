-- Share links. The token is nowhere: only its SHA-256 is.

CREATE TABLE share (
    sid INTEGER PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    title TEXT NOT NULL,
    -- What it opens, as JSON.
    target TEXT NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER,
    used INTEGER,
    -- When what it shows was kept.
    frozen INTEGER,
    anonymous INTEGER NOT NULL,
    -- What its pseudonyms are made with.
    salt BLOB NOT NULL,
    -- Argon2, in its own text form.
    password TEXT,
    -- Who may frame it, as JSON.
    hosts TEXT NOT NULL
);

-- What a frozen link keeps, by name and compressed: its runs, its metrics, a frame for each.
CREATE TABLE share_part (
    sid INTEGER NOT NULL,
    part TEXT NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (sid, part)
);
