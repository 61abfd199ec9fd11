//! `demo`: the stand-ins, until Ctrl-C.

use crate::demo::Demo;
use crate::exit::{Exit, Failure};
use crate::output;

pub async fn run() -> Result<Exit, Failure> {
    let demo = Demo::start().await?;
    let mut text = String::from(
        "# Write this to a file, and give it with --config. The stand-ins end with this command.\n",
    );
    for standin in demo.standins() {
        let api = standin.api().to_string();
        let known = standin.credentials();
        let (tenant, method, variable) = match api.as_str() {
            "klustr" => ("tenant = \"example.com\"\n".to_owned(), "token", "KLUSTR"),
            "zenml" => {
                let (_, id) = demo.client(&rolecall_inventory::Service::Zenml).await?;
                (format!("tenant = \"{id}\"\n"), "api-key", "ZENML")
            }
            "okta" => ("tenant = \"okta.demo\"\n".to_owned(), "token", "OKTA"),
            _ => ("tenant = \"foundry.demo\"\n".to_owned(), "token", "FOUNDRY"),
        };
        let secret = match api.as_str() {
            "zenml" => known
                .named("admin")
                .map_or_else(|| known.token.clone(), |key| key.token.clone()),
            _ => known.token.clone(),
        };
        let field = if method == "api-key" { "key" } else { "token" };
        text.push_str(&format!(
            "\n[profile.{api}]\nservice = \"{api}\"\nurl = \"{}\"\n{tenant}auth = {{ method = \"{method}\", {field} = {{ env = \"ROLECALL_DEMO_{variable}\" }} }}\n# export ROLECALL_DEMO_{variable}='{secret}'\n",
            standin.base_url()
        ));
    }
    output::print(&text)?;
    output::eprintln_quietly("Press Ctrl-C to end.");
    std::future::pending::<()>().await;
    Ok(Exit::Complete)
}
