-- The experiment that is there from the start, and models: logged ones and the registry.

INSERT INTO experiment (eid, name, artifact_location, created, updated)
SELECT 0, 'Default', 'mlflow-artifacts:/0', now, now
FROM (SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now)
WHERE NOT EXISTS (SELECT 1 FROM experiment WHERE eid = 0 OR name = 'Default');

-- A model that a run logged. `mid` is its number inside the store; the wire only knows `uuid`.
CREATE TABLE logged_model (
    mid INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    eid INTEGER NOT NULL,
    name TEXT NOT NULL,
    artifact_uri TEXT NOT NULL,
    status INTEGER NOT NULL,
    model_type TEXT NOT NULL DEFAULT '',
    source_run TEXT NOT NULL DEFAULT '',
    deleted INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL
);
CREATE INDEX logged_model_by_time ON logged_model (eid, created DESC, uuid);

CREATE TABLE logged_model_tag (
    mid INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (mid, key)
) WITHOUT ROWID;

CREATE TABLE logged_model_param (
    mid INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (mid, key)
) WITHOUT ROWID;

-- Metrics of a logged model: one number for each key, run and dataset, the latest by step.
CREATE TABLE logged_model_metric (
    mid INTEGER NOT NULL,
    key TEXT NOT NULL,
    run TEXT NOT NULL,
    dataset_name TEXT NOT NULL DEFAULT '',
    dataset_digest TEXT NOT NULL DEFAULT '',
    step INTEGER NOT NULL,
    value REAL,
    time INTEGER NOT NULL,
    PRIMARY KEY (mid, key, run, dataset_name, dataset_digest, step)
) WITHOUT ROWID;

-- Logged models that a run read or made.
CREATE TABLE run_model (
    rid INTEGER NOT NULL,
    made INTEGER NOT NULL,
    uuid TEXT NOT NULL,
    step INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (rid, made, uuid, step)
) WITHOUT ROWID;

CREATE TABLE model (
    name TEXT PRIMARY KEY,
    description TEXT NOT NULL DEFAULT '',
    -- The number that the next version gets; versions are never numbered again.
    next_version INTEGER NOT NULL DEFAULT 1,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE model_tag (
    name TEXT NOT NULL REFERENCES model (name) ON UPDATE CASCADE ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name, key)
) WITHOUT ROWID;

CREATE TABLE model_version (
    name TEXT NOT NULL REFERENCES model (name) ON UPDATE CASCADE ON DELETE CASCADE,
    version INTEGER NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    stage TEXT NOT NULL DEFAULT 'None',
    source TEXT NOT NULL,
    -- Where its files lie, worked out from the source when the version was made.
    artifact_uri TEXT NOT NULL,
    run TEXT NOT NULL DEFAULT '',
    run_link TEXT NOT NULL DEFAULT '',
    logged_model TEXT NOT NULL DEFAULT '',
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    PRIMARY KEY (name, version)
) WITHOUT ROWID;

CREATE TABLE model_version_tag (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name, version, key),
    FOREIGN KEY (name, version) REFERENCES model_version (name, version) ON UPDATE CASCADE ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE model_alias (
    name TEXT NOT NULL,
    alias TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (name, alias),
    FOREIGN KEY (name, version) REFERENCES model_version (name, version) ON UPDATE CASCADE ON DELETE CASCADE
) WITHOUT ROWID;
