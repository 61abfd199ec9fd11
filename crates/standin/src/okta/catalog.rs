//! The apps that an org of the stand-in knows from the catalog.

use super::state::App;
use crate::{Request, millis};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// A catalog app.
pub(super) struct CatalogApp {
    pub(super) key: &'static str,
    pub(super) name: &'static str,
    category: &'static str,
    sign_on: &'static str,
    features: &'static [&'static str],
}

const fn app(
    key: &'static str,
    name: &'static str,
    category: &'static str,
    sign_on: &'static str,
    features: &'static [&'static str],
) -> CatalogApp {
    CatalogApp {
        key,
        name,
        category,
        sign_on,
        features,
    }
}

/// The key of apps that are OAuth clients.
pub(super) const OIDC: &str = "oidc_client";

/// The key of the directory that groups come from.
pub(super) const DIRECTORY: &str = "active_directory";

pub(super) const CATALOG: [CatalogApp; 8] = [
    app(
        DIRECTORY,
        "Active Directory",
        "DIRECTORY",
        "AUTO_LOGIN",
        &["IMPORT_NEW_USERS"],
    ),
    app(
        "google",
        "Google Workspace",
        "COLLABORATION",
        "SAML_2_0",
        &["IMPORT_NEW_USERS", "PUSH_NEW_USERS"],
    ),
    app(
        "salesforce",
        "Salesforce.com",
        "CRM",
        "SAML_2_0",
        &["IMPORT_NEW_USERS", "PUSH_NEW_USERS"],
    ),
    app(
        "slack",
        "Slack",
        "COLLABORATION",
        "SAML_2_0",
        &["PUSH_NEW_USERS", "GROUP_PUSH"],
    ),
    app(
        "zendesk",
        "Zendesk",
        "SUPPORT",
        "SAML_2_0",
        &["PUSH_NEW_USERS"],
    ),
    app(
        "boxnet",
        "Box",
        "STORAGE",
        "SAML_2_0",
        &["PUSH_NEW_USERS", "GROUP_PUSH"],
    ),
    app("bookmark", "Bookmark App", "OTHER", "BOOKMARK", &[]),
    app(
        OIDC,
        "OpenID Connect Client",
        "OTHER",
        "OPENID_CONNECT",
        &[],
    ),
];

/// The catalog app of a key.
pub(super) fn find(key: &str) -> Option<&'static CatalogApp> {
    CATALOG.iter().find(|app| app.key == key)
}

impl App {
    pub(super) fn sign_on_mode(&self) -> &'static str {
        find(&self.name).map_or("AUTO_LOGIN", |app| app.sign_on)
    }

    pub(super) fn features(&self) -> &'static [&'static str] {
        find(&self.name).map_or(&[], |app| app.features)
    }
}

impl CatalogApp {
    /// The catalog app as a target; with an id, an instance of it.
    pub(super) fn view(
        &self,
        request: &Request,
        founded: DateTime<Utc>,
        instance: Option<(&str, &App)>,
    ) -> Value {
        let path = match instance {
            Some((id, _)) => format!("/api/v1/apps/{id}"),
            None => format!("/api/v1/catalog/apps/{}", self.key),
        };
        let mut body = json!({
            "name": self.key,
            "displayName": instance.map_or(self.name, |(_, app)| &app.label),
            "description": format!("{} in the catalog", self.name),
            "status": if instance.is_none_or(|(_, app)| app.active) { "ACTIVE" } else { "INACTIVE" },
            "lastUpdated": millis(founded),
            "category": self.category,
            "verificationStatus": "OKTA_VERIFIED",
            "website": "https://www.example.com",
            "signOnModes": [self.sign_on],
            "features": self.features,
            "_links": {
                "logo": [{
                    "name": "medium",
                    "href": format!("https://static.example.com/logos/{}.png", self.key),
                    "type": "image/png",
                }],
                "self": super::links::link(request, &path),
            },
        });
        // fact: app-target-id-tells-instance
        if let Some((id, _)) = instance {
            body["id"] = json!(id);
        }
        body
    }
}
