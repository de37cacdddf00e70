//! Decisions about the texts of mails. A text may be saved whatever is wrong with it; it cannot be sent then.

use super::named;
use crate::plan::event::Body;
use crate::plan::id::{Subject, TemplateId};
use crate::plan::invalid::Invalid;
use crate::plan::refusal::Refusal;
use crate::plan::state::Plan;
use crate::plan::template::{Template, TemplatePatch};
use crate::plan::value::{Key, Patch};

pub(super) fn add(plan: &Plan, set: &TemplatePatch) -> Result<Vec<Body>, Refusal> {
    if set.name.set().is_none() {
        return Err(Refusal::invalid("name", Invalid::MustBeGiven));
    }
    check_name(plan, None, set)?;
    Ok(vec![Body::TemplateAdded { template: TemplateId(plan.position.next().0), set: Box::new(set.clone()) }])
}

pub(super) fn change(plan: &Plan, id: TemplateId, set: &TemplatePatch) -> Result<Vec<Body>, Refusal> {
    let template = find(plan, id)?;
    if matches!(set.name, Patch::Clear) {
        return Err(Refusal::invalid("name", Invalid::CannotBeEmpty));
    }
    let changes = set.against(template);
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    check_name(plan, Some(id), &changes)?;
    Ok(vec![Body::TemplateChanged { template: id, set: Box::new(changes) }])
}

pub(super) fn remove(plan: &Plan, id: TemplateId) -> Result<Vec<Body>, Refusal> {
    find(plan, id)?;
    Ok(vec![Body::TemplateRemoved { template: id }])
}

fn find(plan: &Plan, id: TemplateId) -> Result<&Template, Refusal> {
    plan.template(id).ok_or(Refusal::UnknownTemplate(id))
}

fn check_name(plan: &Plan, id: Option<TemplateId>, set: &TemplatePatch) -> Result<(), Refusal> {
    let Some(name) = set.name.set() else { return Ok(()) };
    let key = Key::of(name.as_str());
    match plan.templates.values().find(|holder| Some(holder.id) != id && Key::of(holder.name.as_str()) == key) {
        Some(holder) => Err(Refusal::NameTaken { name: name.to_string(), by: named(plan, Subject::Template(holder.id)) }),
        None => Ok(()),
    }
}
