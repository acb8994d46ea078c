//! `registered-models/...`: models with a name, their tags and aliases.

use super::{
    MlflowError, Out,
    answers::{Nothing, Pair, pairs},
    call::Call,
    checks,
    experiments::TagIn,
    fields::Object,
    page,
    search::Search,
    versions::VersionAnswer,
};
use crate::{
    http::AppState,
    store::models::{
        registry::{self, Model},
        search::{Window, models},
        versions::{self, Stage},
    },
};
use axum::{
    Json, Router,
    extract::State,
    routing::{delete, get, patch, post},
};
use serde::{Deserialize, Serialize};

/// The most models on a page.
const LARGEST_PAGE: i64 = 1_000;
/// How many models a page has if nobody says.
const USUAL_PAGE: i64 = 100;
/// Characters of a tag's value.
const LONGEST_TAG: usize = 100_000;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/registered-models/create", post(create))
        .route("/registered-models/get", get(by_name))
        .route("/registered-models/update", patch(update))
        .route("/registered-models/rename", post(rename))
        .route("/registered-models/delete", delete(remove))
        .route("/registered-models/search", get(search))
        .route("/registered-models/get-latest-versions", post(latest).get(latest))
        .route("/registered-models/set-tag", post(set_tag))
        .route("/registered-models/delete-tag", delete(delete_tag))
        .route("/registered-models/alias", post(set_alias).get(by_alias).delete(delete_alias))
}

#[derive(Serialize)]
struct AliasAnswer {
    alias: String,
    version: String,
}

#[derive(Serialize)]
struct ModelAnswer {
    name: String,
    creation_timestamp: i64,
    last_updated_timestamp: i64,
    description: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    latest_versions: Vec<VersionAnswer>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Pair>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<AliasAnswer>,
}

impl From<Model> for ModelAnswer {
    fn from(model: Model) -> Self {
        let alias = |(alias, version): (String, i64)| AliasAnswer { alias, version: version.to_string() };
        ModelAnswer {
            name: model.name,
            creation_timestamp: model.created_millis,
            last_updated_timestamp: model.updated_millis,
            description: model.description,
            latest_versions: model.latest.into_iter().map(Into::into).collect(),
            tags: pairs(model.tags),
            aliases: model.aliases.into_iter().map(alias).collect(),
        }
    }
}

#[derive(Serialize)]
struct One {
    registered_model: ModelAnswer,
}

impl One {
    fn of(model: Model) -> Json<One> {
        Json(One { registered_model: model.into() })
    }
}

/// A model's name, checked as one that can be given out.
fn new_name(name: Option<String>, parameter: &str) -> Result<String, MlflowError> {
    let name = name.filter(|name| !name.trim().is_empty()).ok_or_else(|| MlflowError::missing(parameter))?;
    if name.contains(['/', ':']) {
        return Err(MlflowError::Invalid(format!("Invalid model name '{name}'. Names cannot contain '/' or ':'.")));
    }
    if name == "." || name.starts_with("..") || name.contains('\0') {
        return Err(MlflowError::bad_value(parameter, &name, "Names must not resolve to other names."));
    }
    checks::length(&name, 256, parameter)?;
    Ok(name)
}

/// A tag of a model or a version, checked.
pub(super) fn checked_tag(tag: TagIn) -> Result<(String, String), MlflowError> {
    let key = checks::required(tag.key, "key")?;
    let value = tag.value.unwrap_or_default();
    checks::key(&key, "key")?;
    checks::length(&key, checks::LONGEST_KEY, "key")?;
    checks::length(&value, LONGEST_TAG, "value")?;
    Ok((key, value))
}

/// The number of a version, which the wire writes as text.
pub(super) fn version_number(text: Option<String>) -> Result<i64, MlflowError> {
    let text = checks::required(text, "version")?;
    let bad = || MlflowError::Invalid(format!("Parameter 'version' must be an integer, got '{text}'."));
    text.parse().map_err(|_| bad())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Create {
    name: Option<String>,
    tags: Option<Vec<Object<TagIn>>>,
    description: Option<String>,
}

/// `POST registered-models/create`.
async fn create(State(app): State<AppState>, call: Call) -> Out<One> {
    let asked: Create = call.read()?;
    let name = new_name(asked.name, "name")?;
    let description = asked.description.unwrap_or_default();
    let tags = asked.tags.unwrap_or_default().into_iter().map(|Object(tag)| checked_tag(tag));
    let tags = tags.collect::<Result<Vec<_>, _>>()?;
    Ok(One::of(app.store.write(move |tx| registry::create(tx, &name, &description, &tags)).await?))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ByName {
    name: Option<String>,
}

impl ByName {
    fn name(self) -> Result<String, MlflowError> {
        checks::required(self.name, "name")
    }
}

/// `GET registered-models/get`.
async fn by_name(State(app): State<AppState>, call: Call) -> Out<One> {
    let name = call.read::<ByName>()?.name()?;
    Ok(One::of(app.store.read(move |db| registry::get(db, &name)).await?))
}

/// `PATCH registered-models/update`: writes the description.
async fn update(State(app): State<AppState>, call: Call) -> Out<One> {
    let asked: Create = call.read()?;
    let name = checks::required(asked.name, "name")?;
    let description = asked.description.unwrap_or_default();
    Ok(One::of(app.store.write(move |tx| registry::describe(tx, &name, &description)).await?))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Rename {
    name: Option<String>,
    #[serde(alias = "newName")]
    new_name: Option<String>,
}

/// `POST registered-models/rename`.
async fn rename(State(app): State<AppState>, call: Call) -> Out<One> {
    let asked: Rename = call.read()?;
    let name = checks::required(asked.name, "name")?;
    let renamed = new_name(asked.new_name, "new_name")?;
    Ok(One::of(app.store.write(move |tx| registry::rename(tx, &name, &renamed)).await?))
}

/// `DELETE registered-models/delete`.
async fn remove(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let name = call.read::<ByName>()?.name()?;
    app.store.write(move |tx| registry::delete(tx, &name)).await?;
    Ok(Json(Nothing {}))
}

#[derive(Serialize)]
struct Found {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    registered_models: Vec<ModelAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

/// `GET registered-models/search`: models by filter and order, in pages.
async fn search(State(app): State<AppState>, call: Call) -> Out<Found> {
    let asked = Search::of(&call, USUAL_PAGE, 0..=LARGEST_PAGE)?;
    let (offset, size) = (asked.offset, asked.size);
    let window = Window { offset, limit: asked.limit() };
    let mut found = app.store.read(move |db| models(db, &asked.filter, &asked.order, window)).await?;
    let next_page_token = page::cut(&mut found, offset, size);
    Ok(Json(Found { registered_models: found.into_iter().map(Into::into).collect(), next_page_token }))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Latest {
    name: Option<String>,
    stages: Option<Vec<String>>,
}

#[derive(Serialize)]
struct Versions {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    model_versions: Vec<VersionAnswer>,
}

/// `POST registered-models/get-latest-versions`: the newest version of each stage.
async fn latest(State(app): State<AppState>, call: Call) -> Out<Versions> {
    let asked: Latest = call.read()?;
    let name = checks::required(asked.name, "name")?;
    let stages = asked.stages.unwrap_or_default();
    let stages = stages.iter().map(|stage| Stage::of_name(stage)).collect::<Result<Vec<_>, _>>()?;
    let mut found = app
        .store
        .read(move |db| {
            registry::require(db, &name)?;
            versions::latest(db, &name)
        })
        .await?;
    found.retain(|version| stages.is_empty() || stages.iter().any(|stage| stage.name() == version.stage));
    Ok(Json(Versions { model_versions: found.into_iter().map(Into::into).collect() }))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TagOf {
    name: Option<String>,
    key: Option<String>,
    value: Option<String>,
}

/// `POST registered-models/set-tag`.
async fn set_tag(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let TagOf { name, key, value } = call.read()?;
    let name = checks::required(name, "name")?;
    let (key, value) = checked_tag(TagIn { key, value })?;
    app.store.write(move |tx| registry::set_tag(tx, &name, &key, &value)).await?;
    Ok(Json(Nothing {}))
}

/// `DELETE registered-models/delete-tag`.
async fn delete_tag(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let TagOf { name, key, .. } = call.read()?;
    let (name, key) = (checks::required(name, "name")?, checks::required(key, "key")?);
    app.store.write(move |tx| registry::delete_tag(tx, &name, &key)).await?;
    Ok(Json(Nothing {}))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct AliasOf {
    name: Option<String>,
    alias: Option<String>,
    version: Option<String>,
}

impl AliasOf {
    /// The model's name and the alias, which has letters, digits, `_` and `-` only.
    fn name_and_alias(&mut self) -> Result<(String, String), MlflowError> {
        let name = checks::required(self.name.take(), "name")?;
        let alias = checks::required(self.alias.take(), "alias")?;
        if !alias.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-')) {
            return Err(MlflowError::Invalid(format!(
                "Invalid alias name: '{alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-)."
            )));
        }
        checks::length(&alias, 255, "Registered model alias name")?;
        Ok((name, alias))
    }
}

/// `POST registered-models/alias`: lets an alias mean a version.
async fn set_alias(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let mut asked: AliasOf = call.read()?;
    let (name, alias) = asked.name_and_alias()?;
    let version = version_number(asked.version)?;
    if alias.eq_ignore_ascii_case("latest") {
        return Err(MlflowError::Invalid("'latest' alias name (case insensitive) is reserved.".to_owned()));
    }
    let number =
        alias.strip_prefix(['v', 'V']).is_some_and(|rest| !rest.is_empty() && rest.chars().all(char::is_numeric));
    if number {
        return Err(MlflowError::Invalid(format!("Version alias name '{alias}' is reserved.")));
    }
    app.store.write(move |tx| registry::set_alias(tx, &name, &alias, version)).await?;
    Ok(Json(Nothing {}))
}

#[derive(Serialize)]
pub(super) struct OneVersion {
    pub model_version: VersionAnswer,
}

/// `GET registered-models/alias`: the version that an alias means.
async fn by_alias(State(app): State<AppState>, call: Call) -> Out<OneVersion> {
    let (name, alias) = call.read::<AliasOf>()?.name_and_alias()?;
    let version = app.store.read(move |db| registry::by_alias(db, &name, &alias)).await?;
    Ok(Json(OneVersion { model_version: version.into() }))
}

/// `DELETE registered-models/alias`.
async fn delete_alias(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let (name, alias) = call.read::<AliasOf>()?.name_and_alias()?;
    app.store.write(move |tx| registry::delete_alias(tx, &name, &alias)).await?;
    Ok(Json(Nothing {}))
}
