//! Where each API's error bodies say what: the one place in which the facade knows of them.

/// JSON Pointers (RFC 6901) into an error body. The first that leads to a text, or for `missing` to texts, counts.
#[derive(Debug)]
pub(crate) struct ErrorFields {
    /// The vendor's code.
    pub(crate) code: &'static [&'static str],
    /// The vendor's name for the error.
    pub(crate) name: &'static [&'static str],
    /// What it says to people.
    pub(crate) message: &'static [&'static str],
    /// What it adds to the message.
    pub(crate) detail: &'static [&'static str],
    /// What identifies this one occurrence to the vendor's support.
    pub(crate) instance: &'static [&'static str],
    /// Scopes or permissions that are missing.
    pub(crate) missing: &'static [&'static str],
    /// Headers that identify the request to the vendor's support.
    pub(crate) request_id: &'static [&'static str],
}

/// Okta developer documentation, "Error codes and descriptions"; its OAuth endpoints answer as RFC 6749 says.
static OKTA: ErrorFields = ErrorFields {
    code: &["/errorCode", "/error"],
    name: &[],
    message: &["/errorSummary", "/error_description"],
    detail: &["/errorCauses/0/errorSummary"],
    instance: &["/errorId"],
    missing: &[],
    request_id: &["x-okta-request-id"],
};

/// Palantir API reference, "Errors".
static FOUNDRY: ErrorFields = ErrorFields {
    code: &["/errorCode"],
    name: &["/errorName"],
    message: &["/errorDescription"],
    detail: &[],
    instance: &["/errorInstanceId"],
    missing: &["/parameters/missingScope"],
    request_id: &["x-b3-traceid"],
};

/// `detail` is a text, a pair of class and text (ZenML's own SDK reads both), or FastAPI's list of validation errors.
static ZENML: ErrorFields = ErrorFields {
    code: &[],
    name: &["/detail/0", "/detail/0/type"],
    message: &["/detail/1", "/detail", "/detail/0/msg"],
    detail: &[],
    instance: &[],
    missing: &[],
    request_id: &["x-request-id"],
};

/// Klustr's open-source server: `error` is an object with a reason, or the name of an exception beside a message.
static KLUSTR: ErrorFields = ErrorFields {
    code: &[],
    name: &["/error"],
    message: &["/error/reason", "/message"],
    detail: &[],
    instance: &["/error/id"],
    missing: &["/missing_permissions"],
    request_id: &["x-kong-request-id"],
};

/// For APIs that are not named here: RFC 9457 and RFC 6749.
static OTHER: ErrorFields = ErrorFields {
    code: &["/code", "/error"],
    name: &["/type"],
    message: &["/detail", "/error_description", "/message", "/title"],
    detail: &[],
    instance: &["/instance"],
    missing: &[],
    request_id: &["x-request-id"],
};

/// Where the errors of the API of this name say what.
pub(crate) fn fields_of(api: &str) -> &'static ErrorFields {
    match api {
        "okta" => &OKTA,
        "foundry" => &FOUNDRY,
        "zenml" => &ZENML,
        "klustr" => &KLUSTR,
        _ => &OTHER,
    }
}
