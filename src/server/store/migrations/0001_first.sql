-- The first schema. `rid` is a run's number inside the store; the wire only knows `uuid`.
-- Times are milliseconds since 1970 UTC. Values are found through the narrow tables, each with a
-- covering index by (experiment, key, value), so that a filter and an order never scan all runs.

CREATE TABLE experiment (
    eid INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    artifact_location TEXT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    -- How many runs were ever made in it: the next run's colour.
    runs_made INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE experiment_tag (
    eid INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (eid, key)
) WITHOUT ROWID;

-- Names of metrics, params and tags, each stored once.
CREATE TABLE key (
    kid INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE run (
    rid INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    eid INTEGER NOT NULL,
    name TEXT NOT NULL,
    user TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL,
    started INTEGER NOT NULL,
    ended INTEGER,
    deleted INTEGER NOT NULL DEFAULT 0,
    artifact_uri TEXT NOT NULL,
    -- Its place in the palette, kept for ever; runs made one after the other differ most.
    color INTEGER NOT NULL
);
CREATE INDEX run_by_start ON run (eid, deleted, started DESC, uuid);
CREATE INDEX run_by_name ON run (eid, name, rid);
-- Few runs are running at a time.
CREATE INDEX run_running ON run (eid) WHERE deleted = 0 AND status = 'RUNNING';
CREATE INDEX run_by_end ON run (eid, ended) WHERE deleted = 0 AND ended NOT NULL;

CREATE TABLE param (
    rid INTEGER NOT NULL,
    kid INTEGER NOT NULL,
    eid INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (rid, kid)
) WITHOUT ROWID;
CREATE INDEX param_by_value ON param (eid, kid, value, rid);

CREATE TABLE tag (
    rid INTEGER NOT NULL,
    kid INTEGER NOT NULL,
    eid INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (rid, kid)
) WITHOUT ROWID;
CREATE INDEX tag_by_value ON tag (eid, kid, value, rid);

-- The latest value of each metric of each run: greatest (step, time, value). SQLite stores NaN as
-- NULL, so `value` is NULL exactly for NaN.
CREATE TABLE latest_metric (
    rid INTEGER NOT NULL,
    kid INTEGER NOT NULL,
    eid INTEGER NOT NULL,
    value REAL,
    step INTEGER NOT NULL,
    time INTEGER NOT NULL,
    PRIMARY KEY (rid, kid)
) WITHOUT ROWID;
CREATE INDEX latest_metric_by_value ON latest_metric (eid, kid, value, rid);

-- What an experiment's runs logged, in the trash or not: how many of them, and up to which step.
CREATE TABLE experiment_metric (
    eid INTEGER NOT NULL,
    kid INTEGER NOT NULL,
    runs INTEGER NOT NULL,
    max_step INTEGER NOT NULL,
    PRIMARY KEY (eid, kid)
) WITHOUT ROWID;

-- Metric points as they arrive: one row for each batch of one run, append-only.
CREATE TABLE tail (
    seq INTEGER PRIMARY KEY,
    rid INTEGER NOT NULL,
    points BLOB NOT NULL
);

-- Compacted points of one series: columns of step, time and value, and thinner levels above them.
CREATE TABLE chunk (
    rid INTEGER NOT NULL,
    kid INTEGER NOT NULL,
    no INTEGER NOT NULL,
    n INTEGER NOT NULL,
    -- 1 if steps rise strictly inside this chunk, and 2 more if times also never fall.
    rising INTEGER NOT NULL,
    step_min INTEGER NOT NULL,
    step_max INTEGER NOT NULL,
    time_min INTEGER NOT NULL,
    time_max INTEGER NOT NULL,
    value_min REAL,
    value_max REAL,
    non_finite INTEGER NOT NULL,
    levels BLOB NOT NULL,
    points BLOB NOT NULL,
    PRIMARY KEY (rid, kid, no)
);

CREATE TABLE dataset (
    did INTEGER PRIMARY KEY,
    eid INTEGER NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    source_type TEXT NOT NULL,
    source TEXT NOT NULL,
    schema TEXT,
    profile TEXT,
    UNIQUE (eid, name, digest)
);

CREATE TABLE run_dataset (
    rid INTEGER NOT NULL,
    did INTEGER NOT NULL,
    tags TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (rid, did)
) WITHOUT ROWID;
CREATE INDEX run_dataset_by_dataset ON run_dataset (did, rid);
