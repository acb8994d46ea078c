-- Pictures and frozen data that nothing refers to any more, and since when that is known.

CREATE TABLE report_orphan (
    hash TEXT PRIMARY KEY,
    since INTEGER NOT NULL
);
