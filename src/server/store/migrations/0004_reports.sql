-- Reports: a draft that rises by revisions, its published versions, and what is kept beside them.

CREATE TABLE report (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    document TEXT NOT NULL,
    revision INTEGER NOT NULL,
    -- The revision that the newest version was made of.
    published INTEGER,
    updated INTEGER NOT NULL,
    -- When it was put into the trash.
    removed INTEGER
);

CREATE TABLE report_version (
    report TEXT NOT NULL,
    number INTEGER NOT NULL,
    document TEXT NOT NULL,
    millis INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (report, number)
);

-- Drafts that were sent when someone else had saved since.
CREATE TABLE report_aside (
    number INTEGER PRIMARY KEY,
    report TEXT NOT NULL,
    document TEXT NOT NULL,
    millis INTEGER NOT NULL
);
CREATE INDEX report_aside_by_report ON report_aside (report, number);

CREATE TABLE report_comment (
    number INTEGER PRIMARY KEY,
    report TEXT NOT NULL,
    anchor TEXT NOT NULL,
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    millis INTEGER NOT NULL,
    resolved INTEGER NOT NULL DEFAULT 0,
    reply_to INTEGER
);
CREATE INDEX report_comment_by_report ON report_comment (report, number);

-- Pictures of reports, by the SHA-256 of their bytes.
CREATE TABLE report_image (
    hash TEXT PRIMARY KEY,
    media TEXT NOT NULL,
    bytes BLOB NOT NULL,
    millis INTEGER NOT NULL
);

-- What panel grids showed when they were frozen, by the SHA-256 of it.
CREATE TABLE report_frozen (
    hash TEXT PRIMARY KEY,
    body BLOB NOT NULL,
    millis INTEGER NOT NULL
);
