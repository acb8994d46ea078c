//! What can be searched, and which words name its parts.

/// Something that can be searched, named by the type of its attributes.
pub trait Subject: Copy + PartialEq + std::fmt::Debug + 'static {
    /// What the subject is called in errors: `run`.
    const NAME: &'static str;
    /// Prefixes that stand for the subject's own attributes.
    const ATTRIBUTE_PREFIXES: &'static [&'static str];
    /// Prefixes of metrics; none if it has none.
    const METRIC_PREFIXES: &'static [&'static str] = &[];
    /// Prefixes of params; none if it has none.
    const PARAM_PREFIXES: &'static [&'static str] = &[];
    /// Prefixes of tags.
    const TAG_PREFIXES: &'static [&'static str] = &["tags", "tag"];
    /// Prefixes of datasets; none if it has none.
    const DATASET_PREFIXES: &'static [&'static str] = &[];
    /// Whether `IS NULL` can be asked of tags and params.
    const NULL_TESTS: bool = false;
    /// Whether results can be ordered by params and tags.
    const TEXT_ORDERS: bool = false;

    /// Every attribute, with the spellings that name it.
    fn attributes() -> &'static [(Self, &'static [&'static str])];
    /// Attributes and spellings that only [`super::parse_query`] knows.
    fn own_attributes() -> &'static [(Self, &'static [&'static str])] {
        &[]
    }
    /// What can be asked of the attribute.
    fn kind(self) -> AttributeKind;
    /// Whether it is a length of time, not a point in it.
    fn is_span(self) -> bool {
        false
    }
    /// Whether results can be ordered by it.
    fn can_order(self) -> bool {
        true
    }
    /// Whether a filter can ask for it.
    fn can_filter(self) -> bool {
        true
    }
}

/// What can be asked of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeKind {
    /// `= != LIKE ILIKE`
    Text,
    /// `= != LIKE ILIKE IN NOT IN`
    ListableText,
    /// `= != IN NOT IN`
    Id,
    /// All comparisons with a whole number.
    Whole,
}

/// Attributes of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunAttribute {
    /// The run's id.
    RunId,
    /// Its name.
    RunName,
    /// Who logged it.
    UserId,
    /// What became of it.
    Status,
    /// Where its artifacts lie.
    ArtifactUri,
    /// When it started, milliseconds.
    StartTime,
    /// When it ended, milliseconds.
    EndTime,
    /// How long it took, milliseconds; missing while it runs.
    Duration,
}

impl Subject for RunAttribute {
    const NAME: &'static str = "run";
    const ATTRIBUTE_PREFIXES: &'static [&'static str] = &["attributes", "attribute", "attr", "run"];
    const METRIC_PREFIXES: &'static [&'static str] = &["metrics", "metric"];
    const PARAM_PREFIXES: &'static [&'static str] = &["params", "param", "parameters", "parameter"];
    const DATASET_PREFIXES: &'static [&'static str] = &["datasets", "dataset"];
    const NULL_TESTS: bool = true;
    const TEXT_ORDERS: bool = true;

    fn attributes() -> &'static [(Self, &'static [&'static str])] {
        use RunAttribute::*;
        &[
            (RunId, &["run_id"]),
            (RunName, &["run_name", "run name", "Run name", "Run Name"]),
            (UserId, &["user_id"]),
            (Status, &["status"]),
            (ArtifactUri, &["artifact_uri"]),
            (StartTime, &["start_time", "created", "Created"]),
            (EndTime, &["end_time"]),
        ]
    }

    fn own_attributes() -> &'static [(Self, &'static [&'static str])] {
        &[(RunAttribute::Duration, &["duration"]), (RunAttribute::UserId, &["user"])]
    }

    fn kind(self) -> AttributeKind {
        use RunAttribute::*;
        match self {
            RunId => AttributeKind::ListableText,
            RunName | UserId | Status | ArtifactUri => AttributeKind::Text,
            StartTime | EndTime | Duration => AttributeKind::Whole,
        }
    }

    fn is_span(self) -> bool {
        self == RunAttribute::Duration
    }
}

/// Attributes of experiments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExperimentAttribute {
    /// Its name.
    Name,
    /// Its id.
    ExperimentId,
    /// When it was made, milliseconds.
    CreationTime,
    /// When it last changed, milliseconds.
    LastUpdateTime,
}

impl Subject for ExperimentAttribute {
    const NAME: &'static str = "experiment";
    const ATTRIBUTE_PREFIXES: &'static [&'static str] = &["attribute"];
    const NULL_TESTS: bool = true;

    fn attributes() -> &'static [(Self, &'static [&'static str])] {
        use ExperimentAttribute::*;
        &[
            (Name, &["name"]),
            (ExperimentId, &["experiment_id"]),
            (CreationTime, &["creation_time"]),
            (LastUpdateTime, &["last_update_time"]),
        ]
    }

    fn kind(self) -> AttributeKind {
        use ExperimentAttribute::*;
        match self {
            Name => AttributeKind::Text,
            ExperimentId => AttributeKind::Id,
            CreationTime | LastUpdateTime => AttributeKind::Whole,
        }
    }
}

/// Attributes of registered models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModelAttribute {
    /// Its name.
    Name,
    /// When it last changed, milliseconds.
    LastUpdated,
}

impl Subject for ModelAttribute {
    const NAME: &'static str = "registered model";
    const ATTRIBUTE_PREFIXES: &'static [&'static str] = &["attribute", "attributes", "attr"];

    fn attributes() -> &'static [(Self, &'static [&'static str])] {
        use ModelAttribute::*;
        &[(Name, &["name"]), (LastUpdated, &["timestamp", "last_updated_timestamp"])]
    }

    fn kind(self) -> AttributeKind {
        match self {
            ModelAttribute::Name => AttributeKind::ListableText,
            ModelAttribute::LastUpdated => AttributeKind::Whole,
        }
    }

    fn can_filter(self) -> bool {
        self == ModelAttribute::Name
    }
}

/// Attributes of model versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VersionAttribute {
    /// The model's name.
    Name,
    /// The number of the version.
    VersionNumber,
    /// The run it came from.
    RunId,
    /// Where its files lie.
    SourcePath,
    /// When it was made, milliseconds.
    Created,
    /// When it last changed, milliseconds.
    LastUpdated,
}

impl Subject for VersionAttribute {
    const NAME: &'static str = "model version";
    const ATTRIBUTE_PREFIXES: &'static [&'static str] = &["attribute", "attributes", "attr"];

    fn attributes() -> &'static [(Self, &'static [&'static str])] {
        use VersionAttribute::*;
        &[
            (Name, &["name"]),
            (VersionNumber, &["version_number"]),
            (RunId, &["run_id"]),
            (SourcePath, &["source_path"]),
            (Created, &["creation_timestamp"]),
            (LastUpdated, &["last_updated_timestamp"]),
        ]
    }

    fn kind(self) -> AttributeKind {
        use VersionAttribute::*;
        match self {
            Name | RunId => AttributeKind::ListableText,
            SourcePath => AttributeKind::Text,
            VersionNumber | Created | LastUpdated => AttributeKind::Whole,
        }
    }

    fn can_order(self) -> bool {
        use VersionAttribute::*;
        matches!(self, Name | VersionNumber | Created | LastUpdated)
    }

    fn can_filter(self) -> bool {
        use VersionAttribute::*;
        matches!(self, Name | VersionNumber | RunId | SourcePath)
    }
}

/// Attributes of logged models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LoggedModelAttribute {
    /// Its name.
    Name,
    /// Its id.
    ModelId,
    /// The experiment it belongs to.
    ExperimentId,
    /// The run that made it.
    SourceRunId,
    /// What kind of model it is.
    ModelType,
    /// How far its upload got.
    Status,
    /// Where its files lie.
    ArtifactUri,
    /// When it was made, milliseconds.
    Created,
    /// When it last changed, milliseconds.
    LastUpdated,
}

impl Subject for LoggedModelAttribute {
    const NAME: &'static str = "logged model";
    const ATTRIBUTE_PREFIXES: &'static [&'static str] = &["attributes"];
    const METRIC_PREFIXES: &'static [&'static str] = &["metrics"];
    const PARAM_PREFIXES: &'static [&'static str] = &["params"];
    const TAG_PREFIXES: &'static [&'static str] = &["tags"];

    fn attributes() -> &'static [(Self, &'static [&'static str])] {
        use LoggedModelAttribute::*;
        &[
            (Name, &["name"]),
            (ModelId, &["model_id"]),
            (ExperimentId, &["experiment_id"]),
            (SourceRunId, &["source_run_id"]),
            (ModelType, &["model_type"]),
            (Status, &["status"]),
            (ArtifactUri, &["artifact_uri"]),
            (Created, &["creation_timestamp", "creation_timestamp_ms"]),
            (LastUpdated, &["last_updated_timestamp", "last_updated_timestamp_ms"]),
        ]
    }

    fn kind(self) -> AttributeKind {
        use LoggedModelAttribute::*;
        match self {
            Name | ModelId | ExperimentId | SourceRunId | ModelType | Status | ArtifactUri => {
                AttributeKind::ListableText
            }
            Created | LastUpdated => AttributeKind::Whole,
        }
    }
}
