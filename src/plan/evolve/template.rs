//! What events do to the texts of mails.

use super::{Effect, Why};
use crate::plan::id::{Subject, TemplateId};
use crate::plan::state::Plan;
use crate::plan::subject::Touch;
use crate::plan::template::{Template, TemplatePatch};
use std::sync::Arc;

pub(super) fn add(plan: &mut Plan, id: TemplateId, set: &TemplatePatch, touch: Touch) -> Effect {
    let Some(template) = Template::new(id, set, touch) else { return Effect::Ignored(Why::Incomplete) };
    plan.templates.insert(id, Arc::new(template));
    Effect::Changed
}

pub(super) fn change(plan: &mut Plan, id: TemplateId, set: &TemplatePatch, touch: Touch) -> Effect {
    let Some(template) = plan.templates.get_mut(&id) else { return Effect::Ignored(Why::Gone(Subject::Template(id))) };
    Effect::of(Arc::make_mut(template).apply(set, touch))
}

pub(super) fn remove(plan: &mut Plan, id: TemplateId) -> Effect {
    if plan.templates.remove(&id).is_some() { Effect::Changed } else { Effect::Ignored(Why::Gone(Subject::Template(id))) }
}
