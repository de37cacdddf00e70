//! What events do to the texts of mails.

use super::table::free_name;
use super::{Effect, Why};
use crate::plan::id::{Subject, TemplateId};
use crate::plan::state::Plan;
use crate::plan::subject::Touch;
use crate::plan::template::{Template, TemplatePatch};
use crate::plan::value::{Code, Key};
use std::sync::Arc;

pub(super) fn add(plan: &mut Plan, id: TemplateId, set: &TemplatePatch, touch: Touch) -> Effect {
    let Some(template) = Template::new(id, set, touch) else { return Effect::Ignored(Why::Incomplete) };
    claim_name(plan, id, &template.name, touch);
    plan.templates.insert(id, Arc::new(template));
    Effect::Changed
}

pub(super) fn change(plan: &mut Plan, id: TemplateId, set: &TemplatePatch, touch: Touch) -> Effect {
    if let Some(name) = set.name.set().filter(|_| plan.templates.contains_key(&id)) {
        claim_name(plan, id, name, touch);
    }
    let Some(template) = plan.templates.get_mut(&id) else { return Effect::Ignored(Why::Gone(Subject::Template(id))) };
    Effect::of(Arc::make_mut(template).apply(set, touch))
}

/// Whoever had the name has a free one from now on. There are a few texts, so nothing finds them by name.
fn claim_name(plan: &mut Plan, id: TemplateId, name: &Code, touch: Touch) {
    let has = |template: &Template, key: &Key| Key::of(template.name.as_str()) == *key;
    let (all, key) = (&plan.templates, Key::of(name.as_str()));
    let Some(holder) = all.values().find(|other| other.id != id && has(other, &key)).map(|other| other.id) else { return };
    let suffixed = free_name(name, holder.0, |key| all.values().any(|other| has(other, key)));
    if let Some(template) = plan.templates.get_mut(&holder) {
        let template = Arc::make_mut(template);
        template.name = suffixed;
        template.set_touch("name", touch);
    }
    plan.collide(touch, Subject::Template(holder), "name", name.to_string());
}

pub(super) fn remove(plan: &mut Plan, id: TemplateId) -> Effect {
    if plan.templates.remove(&id).is_some() { Effect::Changed } else { Effect::Ignored(Why::Gone(Subject::Template(id))) }
}
