//! The OpenAPI document, generated from the types.

use super::parse::COMMANDS;
use super::{batches, clock, commands, consumers, events, follow, plan, reports, uploads};
use crate::plan::command::Role;
use crate::web::{Needs, ROUTES, health};
use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use std::sync::LazyLock;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

#[derive(OpenApi)]
#[openapi(
    info(title = "Tafel", description = "The seating of a huge party: one event stream, the plan in memory, every mistake reversible."),
    paths(
        plan::plan,
        plan::digest,
        commands::submit,
        events::page,
        follow::live,
        consumers::events,
        consumers::state,
        consumers::set,
        consumers::forget,
        uploads::receive,
        uploads::preview,
        uploads::apply,
        batches::list,
        batches::preview,
        batches::retract,
        batches::reinstate,
        reports::list,
        reports::state,
        reports::start,
        reports::retry,
        reports::decide,
        reports::file,
        clock::confirm,
        health::healthz,
        health::readyz,
        health::metrics,
        document,
    ),
    security(("token" = [])),
    modifiers(&Token),
)]
struct Document;

/// A token in the Authorization header, as `tafel token add` prints it.
struct Token;

impl utoipa::Modify for Token {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// What the types cannot say: who is asked for a token, what else may be answered, and how far numbers go.
fn completed(mut document: Value) -> Value {
    limit_numbers(&mut document);
    for (path, operations) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in operations.as_object_mut().into_iter().flatten() {
            let route = ROUTES.iter().find(|route| route.path == path && route.method.eq_ignore_ascii_case(method));
            match route.map(|route| route.needs) {
                None | Some(Needs::Nothing) => operation["security"] = json!([]),
                Some(needs) => add_answers(operation, path, needs),
            }
            // A field that nobody knows is an error, so that no typing error is lost.
            for (_, content) in operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut).into_iter().flatten() {
                content["schema"]["additionalProperties"] = json!(false);
            }
            for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
                // A parameter may be left out, but never be null.
                if let Some(types) = parameter["schema"]["type"].as_array().map(|types| types.iter().find(|of| *of != "null").cloned()) {
                    parameter["schema"]["type"] = types.unwrap_or_default();
                }
            }
        }
    }
    for (pointer, schema) in exact() {
        if let Some(place) = document.pointer_mut(pointer) {
            *place = schema;
        }
    }
    if let Some(body) = document.pointer_mut("/paths/~1api~1v1~1commands/post/requestBody/content/application~1json/schema") {
        // One of the two, and not both.
        body["oneOf"] = json!([
            {"required": ["command"], "properties": {"command": {"type": "object"}, "commands": {"type": "null"}}},
            {"required": ["commands"], "properties": {"commands": {"type": "array"}, "command": {"type": "null"}}},
        ]);
        for bound in ["minItems", "maxItems"] {
            body["properties"]["own"]["items"][bound] = json!(2);
        }
        body["properties"]["commands"]["minItems"] = json!(1);
        body["properties"]["commands"]["maxItems"] = json!(COMMANDS);
    }
    let fields = json!({"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string"}, "instance": {"type": "string"}});
    let description = "RFC 9457, with the fields of the problem; `type` ends with its code";
    document["components"]["schemas"]["Problem"] =
        json!({"type": "object", "description": description, "required": ["type", "title", "status", "detail"], "properties": fields});
    document
}

/// Values with a form of their own, by the place of their schema.
fn exact() -> [(&'static str, Value); 8] {
    const ROW: &str = "([^,!]+!)?[0-9]{1,9}";
    let list = |item: &str| json!({"type": "string", "pattern": format!("^({item}(,{item})*)?$")});
    let field = "[0-9]{1,9}:[a-z_]+";
    let rows = json!({"type": ["array", "null"], "items": {"oneOf": [
        {"type": "integer", "minimum": 0, "maximum": u32::MAX}, {"type": "string", "pattern": format!("^{ROW}$")},
    ]}});
    [
        ("/paths/~1api~1v1~1uploads~1{id}/get/parameters/1/schema", list(ROW)),
        ("/paths/~1api~1v1~1uploads~1{id}/get/parameters/2/schema", list(ROW)),
        ("/paths/~1api~1v1~1uploads~1{id}/get/parameters/3/schema", list(field)),
        ("/paths/~1api~1v1~1uploads~1{id}/get/parameters/4/schema", list("[0-9]{1,18}")),
        ("/paths/~1api~1v1~1uploads~1{id}~1apply/post/requestBody/content/application~1json/schema/properties/leave_out", rows.clone()),
        ("/paths/~1api~1v1~1uploads~1{id}~1apply/post/requestBody/content/application~1json/schema/properties/move", rows),
        (
            "/paths/~1api~1v1~1uploads~1{id}~1apply/post/requestBody/content/application~1json/schema/properties/mine/items",
            json!({"type": "string", "pattern": format!("^{field}$")}),
        ),
        (
            "/paths/~1api~1v1~1uploads~1{id}/post/requestBody/content/multipart~1form-data/schema/properties/mapping",
            json!({"type": "object", "description": "Header to field, `extra`, or null", "additionalProperties": {"type": ["string", "null"]}}),
        ),
    ]
}

/// What every operation may answer beside what it says of itself.
fn add_answers(operation: &mut Value, path: &str, needs: Needs) {
    let problem =
        |description: &str| json!({"description": description, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}});
    let mut usual = vec![
        ("400", "Not understood: a parameter, a header, or the body"),
        ("401", "No token, or one that is not valid"),
        ("503", "Not now: the store is away, the plan is not there yet, or the position that was asked for is not reached"),
    ];
    if needs != Needs::Role(Role::Viewer) {
        usual.push(("403", "The token's role is too low"));
    }
    if path.contains('{') {
        usual.push(("404", "There is no such thing"));
    }
    if operation.get("requestBody").is_some() {
        usual.extend([("408", "The body took too long"), ("413", "Too large"), ("422", "Well-formed, and not valid: `errors` says where")]);
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (status, description) in usual {
        responses.entry(status).or_insert_with(|| problem(description));
    }
    for response in responses.values_mut().filter(|response| response["content"].get(PROBLEM).is_some()) {
        response["content"] = problem("")["content"].clone();
    }
}

const PROBLEM: &str = "application/problem+json";

/// Positions and counts go further than the signed numbers that the generator takes them for.
fn limit_numbers(value: &mut Value) {
    if let Some(fields) = value.as_object_mut()
        && fields.get("format") == Some(&json!("int64"))
        && fields.get("minimum") == Some(&json!(0))
    {
        fields.remove("format");
        fields.entry("maximum").or_insert_with(|| json!(u64::MAX));
    }
    match value {
        Value::Object(fields) => fields.values_mut().for_each(limit_numbers),
        Value::Array(values) => values.iter_mut().for_each(limit_numbers),
        _ => {}
    }
}

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "health", responses((status = 200, description = "The OpenAPI document")))]
pub(crate) async fn document() -> HttpResponse {
    static JSON: LazyLock<String> = LazyLock::new(|| json().map(|document| document.to_string()).unwrap_or_default());
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(JSON.as_str())
}

/// The document as a value.
///
/// # Errors
/// It cannot be written down, which would be a fault of the generator.
pub(crate) fn json() -> serde_json::Result<Value> {
    serde_json::to_value(Document::openapi()).map(completed)
}
