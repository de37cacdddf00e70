//! The reference of the JSON interface: the OpenAPI document as a page, without anything from elsewhere.

use super::{Bare, html, rendered};
use crate::lang::Lang;
use crate::web::api::openapi;
use crate::web::problem::Problem;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde_json::Value;

struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    details: String,
    parameters: Vec<(String, &'static str, String)>,
    /// As JSON, indented.
    body: String,
    answers: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "reference.html")]
struct Reference {
    operations: Vec<Operation>,
    shapes: Vec<(String, String)>,
}

pub(crate) async fn reference() -> Result<HttpResponse, Problem> {
    let document = openapi::json().map_err(|_| Problem::fault())?;
    let main = rendered(&Reference { operations: operations(&document), shapes: shapes(&document) })?;
    Ok(html(
        StatusCode::OK,
        rendered(&Bare { lang: Lang::En, title: "API", main: &main })?.replace("class=\"bare\"", "class=\"reference\""),
    ))
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn pretty(value: Option<&Value>) -> String {
    value.and_then(|value| serde_json::to_string_pretty(value).ok()).unwrap_or_default()
}

/// What the first content type of a body or an answer looks like.
fn schema(value: &Value) -> String {
    let content = value.get("content").and_then(Value::as_object).and_then(|content| content.values().next());
    pretty(content.and_then(|content| content.get("schema")))
}

fn operations(document: &Value) -> Vec<Operation> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let all = paths
        .flat_map(|(path, methods)| methods.as_object().into_iter().flatten().map(move |(method, operation)| (path, method, operation)));
    all.map(|(path, method, operation)| {
        let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let answers = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
        Operation {
            id: format!("{method}{}", path.replace(['/', '{', '}'], "-")),
            method: method.to_uppercase(),
            path: path.clone(),
            summary: text(operation, "summary"),
            details: text(operation, "description"),
            parameters: parameters
                .map(|parameter| {
                    let is_required = parameter.get("required").and_then(Value::as_bool).unwrap_or(false);
                    (text(parameter, "name"), if is_required { "required" } else { "optional" }, text(parameter, "description"))
                })
                .collect(),
            body: operation.get("requestBody").map(schema).unwrap_or_default(),
            answers: answers.map(|(status, answer)| (status.clone(), text(answer, "description"), schema(answer))).collect(),
        }
    })
    .collect()
}

fn shapes(document: &Value) -> Vec<(String, String)> {
    let shapes = document.pointer("/components/schemas").and_then(Value::as_object);
    shapes.into_iter().flatten().map(|(name, shape)| (name.clone(), pretty(Some(shape)))).collect()
}
