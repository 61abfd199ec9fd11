//! `operations`: what can be called, and what is known of it before.

use crate::args::Global;
use crate::exit::{Exit, Failure};
use crate::output::Printer;
use rolecall::rolecall_client::{Operation, Pages};
use rolecall_inventory::Service;
use serde_json::json;

/// Every operation of a service.
pub fn all(service: &Service) -> &'static [&'static Operation] {
    match service {
        Service::Okta => rolecall::okta::operations::ALL,
        Service::Foundry => rolecall::foundry::operations::ALL,
        Service::Zenml => rolecall::zenml::operations::ALL,
        Service::Klustr => rolecall::klustr::operations::ALL,
        _ => &[],
    }
}

pub fn run(global: &Global, search: Option<&str>, only: Option<&Service>) -> Result<Exit, Failure> {
    let columns = vec![
        "service",
        "operation",
        "method",
        "path",
        "scopes",
        "pagination",
        "hazard",
    ];
    let mut printer = Printer::new(global.output, "operations", columns)?;
    let services = [
        Service::Okta,
        Service::Foundry,
        Service::Zenml,
        Service::Klustr,
    ];
    let search = search.map(str::to_lowercase);
    for service in services
        .iter()
        .filter(|one| only.is_none_or(|only| only == *one))
    {
        for operation in all(service) {
            let texts = [
                operation.id,
                operation.path,
                operation.tag,
                operation.summary,
            ];
            let found = |search: &String| {
                texts
                    .iter()
                    .any(|text| text.to_lowercase().contains(search.as_str()))
            };
            if search.as_ref().is_some_and(|search| !found(search)) {
                continue;
            }
            printer.row(&described(operation), |column| match column {
                "service" => service.to_string(),
                "operation" => operation.id.to_owned(),
                "method" => operation.method.to_string(),
                "path" => operation.path.to_owned(),
                "scopes" => operation.scopes().collect::<Vec<_>>().join(" "),
                "pagination" => match operation.pages {
                    Pages::NotAList => String::new(),
                    Pages::Whole { .. } => "whole".to_owned(),
                    _ => "pages".to_owned(),
                },
                _ => if operation.hazard.is_some() {
                    "yes"
                } else {
                    ""
                }
                .to_owned(),
            })?;
        }
    }
    printer.end(None)
}

/// What is known of an operation, as JSON.
pub fn described(operation: &Operation) -> serde_json::Value {
    let parameters = operation.parameters.iter();
    let parameters = parameters.map(|one| {
        json!({
            "name": one.name,
            "in": format!("{:?}", one.location).to_lowercase(),
            "required": one.required,
        })
    });
    json!({
        "api": operation.api,
        "operation": operation.id,
        "method": operation.method.as_str(),
        "path": operation.path,
        "tag": operation.tag,
        "summary": operation.summary,
        "documentation": operation.docs,
        "parameters": parameters.collect::<Vec<_>>(),
        "body": operation.body.map(|body| body.required),
        "scopes": operation.scopes().collect::<Vec<_>>(),
        "permissions": operation.permissions,
        "list": operation.pages.items().is_some(),
        "hazard": operation.hazard,
        "deprecated": operation.deprecated,
    })
}
