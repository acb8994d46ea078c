-- The least and the greatest finite value that a run ever logged of a metric; NULL where it logged none. What is
-- in chunks is summed up here; the program adds what is still in the tail.

ALTER TABLE latest_metric ADD COLUMN least REAL;
ALTER TABLE latest_metric ADD COLUMN greatest REAL;

UPDATE latest_metric SET (least, greatest) = (
    SELECT min(c.value_min), max(c.value_max) FROM chunk c
    WHERE c.rid = latest_metric.rid AND c.kid = latest_metric.kid
);
