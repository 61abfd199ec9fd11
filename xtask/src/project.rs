//! The workspace on disk: where specs and crates lie, and what `api.toml` says of an API.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use serde_json::Value;

use rolecall_codegen::render::{Example, Home, Identity};
use rolecall_codegen::slice::Slice;
use rolecall_openapi::load::Document;
use rolecall_openapi::problem::{Problem, Problems, Severity};
use rolecall_openapi::toml::from_toml;

mod api_toml;

/// The workspace.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its root folder.
    pub root: PathBuf,
}

/// One API of the workspace.
#[derive(Clone, Debug)]
pub struct Api {
    /// Its short name: the folder in `specs/`.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// What `api.toml` says.
    pub settings: Settings,
    text: String,
}

/// `api.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The package.
    #[serde(rename = "crate")]
    pub package: Package,
    /// The vendor's documentation.
    pub docs: Docs,
    /// The vendor's own description, where one is published.
    pub upstream: Option<Upstream>,
    /// Which operations to keep.
    #[serde(default)]
    pub slice: Slice,
    /// The call that the README shows.
    pub example: Option<ExampleSettings>,
}

/// `[crate]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Package name.
    pub name: String,
    /// Version, without the API's own.
    pub version: String,
    /// What the registry shows.
    pub description: String,
    /// At most five.
    pub keywords: Vec<String>,
    /// The registry's categories.
    pub categories: Vec<String>,
}

/// `[docs]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Docs {
    /// The page to send readers to.
    pub url: String,
}

/// `[upstream]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// Where the vendor publishes its description.
    pub url: String,
    /// The release that our description was last compared with.
    pub version: String,
    /// The SHA-256 of that release, in hex, once it has been fetched.
    pub sha256: Option<String>,
}

/// `[example]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExampleSettings {
    /// `operationId`.
    pub operation: String,
    /// Parameter name and value.
    #[serde(default)]
    pub arguments: BTreeMap<String, toml::Value>,
}

impl Project {
    /// The workspace that this tool was built in.
    pub fn here() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self {
            root: manifest.parent().unwrap_or(manifest).to_owned(),
        }
    }

    /// The path of the run-time support as a crate in `out` should give it: relative within this workspace, so that the
    /// crate can be committed, and absolute elsewhere.
    pub fn support_from(&self, out: &Path) -> PathBuf {
        let support = Path::new("crates/client");
        let out = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
        match out.strip_prefix(&self.root) {
            Ok(inside) => inside
                .components()
                .map(|_| "..")
                .collect::<PathBuf>()
                .join(support),
            Err(_) => self.root.join(support),
        }
    }

    /// Whether a folder is named as a member of this workspace.
    pub fn is_member(&self, folder: &Path) -> bool {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let Ok(inside) = folder.strip_prefix(&self.root) else {
            return false;
        };
        let manifest = std::fs::read_to_string(self.root.join("Cargo.toml")).unwrap_or_default();
        let manifest: toml::Table = toml::from_str(&manifest).unwrap_or_default();
        let members = manifest
            .get("workspace")
            .and_then(|w| w.get("members"))
            .and_then(toml::Value::as_array);
        members
            .into_iter()
            .flatten()
            .filter_map(toml::Value::as_str)
            .any(|member| match member.strip_suffix("/*") {
                Some(parent) => inside.parent() == Some(Path::new(parent)),
                None => inside == Path::new(member),
            })
    }

    /// The name of a file in a report for programs: never absolute, so that reports of two machines can be compared. In
    /// the workspace it counts from the root; elsewhere it is what was given, or counts from the folder that it lies in.
    pub fn shown(&self, file: &str) -> String {
        let path = Path::new(file);
        let short = match path.strip_prefix(&self.root) {
            Ok(inside) => inside,
            Err(_) if path.is_absolute() => path.file_name().map_or(path, Path::new),
            Err(_) => path,
        };
        short
            .to_string_lossy()
            .replace(std::path::MAIN_SEPARATOR, "/")
    }

    /// The problems with their files as reports for programs name them.
    pub fn for_programs(&self, problems: &Problems) -> Problems {
        let mut problems = problems.clone();
        for problem in &mut problems.0 {
            problem.file = self.shown(&problem.file);
        }
        problems
    }

    /// The problems with the files of the workspace by their paths from its root.
    pub fn for_people(&self, mut problems: Problems) -> Problems {
        for problem in &mut problems.0 {
            if Path::new(&problem.file).starts_with(&self.root) {
                problem.file = self.shown(&problem.file);
            }
        }
        problems
    }

    /// The APIs by name: all of them, or those asked for.
    pub fn apis(&self, wanted: &[String]) -> Result<Vec<Api>, Problems> {
        let known = self.names()?;
        if let Some(unknown) = wanted.iter().find(|name| !known.contains(name)) {
            return Err(Problem::of_file(
                Severity::Error,
                "unknown-api",
                "specs",
                format!("there is no `{unknown}` here"),
                format!("one of {}", known.join(", ")),
                "correct the name, or add the API: a folder in `specs/` with its `openapi.yaml` and `api.toml`",
            )
            .into());
        }
        let mut names = if wanted.is_empty() {
            known
        } else {
            wanted.to_vec()
        };
        names.sort();
        names.dedup();
        names.iter().map(|name| self.api(name)).collect()
    }

    /// The folders of `specs/` that hold an API.
    pub fn names(&self) -> Result<Vec<String>, Problems> {
        let specs = self.root.join("specs");
        let read = std::fs::read_dir(&specs).map_err(|error| {
            Problem::of_file(
                Severity::Error,
                "unreadable",
                "specs",
                error.to_string(),
                "a folder with a folder for each API",
                "run this from a complete checkout",
            )
        })?;
        let mut names: Vec<String> = read
            .filter_map(Result::ok)
            .filter(|entry| entry.path().join("openapi.yaml").is_file())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.sort();
        Ok(names)
    }

    /// The API of this name.
    pub fn api(&self, name: &str) -> Result<Api, Problems> {
        let folder = self.root.join("specs").join(name);
        let file = folder.join("api.toml");
        let shown = api_toml_of(name);
        let text = std::fs::read_to_string(&file).map_err(|error| {
            Problem::of_file(
                Severity::Error,
                "unreadable",
                shown.clone(),
                error.to_string(),
                "the identity of the API",
                "write it; `specs/README.md` says what belongs there",
            )
        })?;
        Ok(Api {
            settings: Settings::parse(&shown, &text)?,
            name: name.to_owned(),
            text,
            folder,
        })
    }
}

impl Settings {
    /// Reads the text of an `api.toml` that was good once, and so need not be good by the rules of today.
    pub fn read(file: &str, text: &str) -> Result<Self, Problems> {
        let expected = "the keys that `specs/README.md` lists";
        from_toml(text, file, api_toml::RULE, expected)
    }

    /// Reads the text of an `api.toml`, and says all that is wrong with it.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problems> {
        let problems = api_toml::check(file, text);
        if !problems.is_empty() {
            return Err(Problems::new(problems));
        }
        Self::read(file, text)
    }
}

/// `api.toml` of an API, from the root of the workspace.
fn api_toml_of(name: &str) -> String {
    format!("specs/{name}/api.toml")
}

/// An argument of the README's call as JSON; `None` for what no README shows.
fn argument(value: &toml::de::DeValue<'_>) -> Option<Value> {
    use toml::de::DeValue;
    Some(match value {
        DeValue::String(text) => Value::from(&**text),
        DeValue::Boolean(flag) => (*flag).into(),
        DeValue::Integer(number) => {
            let radix = number.radix();
            i64::from_str_radix(&number.as_str().replace('_', ""), radix)
                .ok()?
                .into()
        }
        DeValue::Float(number) => number.as_str().replace('_', "").parse::<f64>().ok()?.into(),
        DeValue::Array(items) => {
            let items = items.iter().map(|item| argument(item.get_ref()));
            items.collect::<Option<Value>>()?
        }
        DeValue::Datetime(_) | DeValue::Table(_) => return None,
    })
}

impl Api {
    /// What `api.toml` says of the description that is not so.
    pub fn check(&self, document: &Document) -> Vec<Problem> {
        let slice = &self.settings.slice;
        api_toml::check_against(&api_toml_of(&self.name), &self.text, slice, &document.value)
    }

    /// Its description.
    pub fn spec(&self) -> PathBuf {
        self.folder.join("openapi.yaml")
    }

    /// What its crate is called and says of itself.
    pub fn identity(&self) -> Identity {
        let package = &self.settings.package;
        Identity {
            api: self.name.clone(),
            package: package.name.clone(),
            version: package.version.clone(),
            description: package.description.clone(),
            keywords: package.keywords.clone(),
            categories: package.categories.clone(),
            documentation: Some(self.settings.docs.url.clone()),
            source: format!("specs/{}/openapi.yaml", self.name),
            command: format!("cargo xtask generate {}", self.name),
            home: Home::Workspace,
            example: self.settings.example.as_ref().map(|e| Example {
                operation: e.operation.clone(),
                arguments: e
                    .arguments
                    .iter()
                    .map(|(name, value)| {
                        (
                            name.clone(),
                            serde_json::to_value(value).unwrap_or_default(),
                        )
                    })
                    .collect(),
            }),
        }
    }
}
