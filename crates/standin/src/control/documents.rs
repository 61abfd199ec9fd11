//! The description, where tools look for it.

use crate::host::Dispatch;
use crate::{Answer, Api};
use http::{Method, StatusCode};

pub(super) fn serve(host: &dyn Dispatch, method: &Method, path: &str) -> Option<Answer> {
    let contract = host.contract();
    let yaml = match (path, contract.api) {
        ("/openapi.yaml", _) => true,
        // Klustr is built with springdoc, which has it here.
        ("/openapi.json", _) | ("/v3/api-docs", Api::Klustr) => false,
        _ => return None,
    };
    if method != Method::GET {
        return Some(Answer::empty(StatusCode::METHOD_NOT_ALLOWED).header("allow", "GET"));
    }
    Some(if yaml {
        let text = contract.api.description();
        Answer::bytes(StatusCode::OK, "application/yaml", text)
    } else {
        Answer::ok(contract.document.clone())
    })
}
