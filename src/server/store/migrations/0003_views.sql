-- Views by the hash of their document, and named views with all their versions.

CREATE TABLE view (
    hash TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    made INTEGER NOT NULL
) WITHOUT ROWID;

-- A row for each time that a view was saved under a name; the newest row is what the name means.
-- A row without a hash says that the name was removed.
CREATE TABLE saved_view (
    version INTEGER PRIMARY KEY,
    eid INTEGER NOT NULL,
    name TEXT NOT NULL,
    hash TEXT,
    saved INTEGER NOT NULL
);
CREATE INDEX saved_view_by_name ON saved_view (eid, name, version);

-- The view that an experiment opens with.
CREATE TABLE default_view (
    eid INTEGER PRIMARY KEY,
    name TEXT NOT NULL
);
