//! `tafel report check`: everything that a report needs is tried, and nothing lasting is written.

use super::settings::Settings;
use super::submit::Submission;
use super::{alert, archive, mailer};
use uuid::Uuid;

/// What was tried, and what came of it.
#[derive(Debug, Clone)]
pub struct Checked {
    pub what: &'static str,
    pub outcome: Result<String, String>,
}

/// Reads the settings, and connects to everything.
pub async fn check(settings: &Settings) -> Vec<Checked> {
    let problems = settings.problems();
    if !problems.is_empty() {
        return problems.into_iter().map(|problem| Checked { what: "settings", outcome: Err(problem) }).collect();
    }
    let mut checked = vec![Checked { what: "settings", outcome: Ok("they are consistent".to_owned()) }];
    let name = format!(".tafel-check-{}.part", Uuid::new_v4().simple());
    if let Some(sftp) = &settings.sftp {
        let trying = async {
            let submission = Submission::connect(sftp).await?;
            submission.try_out(&name).await
        };
        let outcome = trying.await.map(|()| format!("{}@{}: a file was written, renamed and removed", sftp.user, sftp.host));
        checked.push(Checked { what: "sftp", outcome: outcome.map_err(|error| error.to_string()) });
    }
    if let Some(settings) = &settings.archive {
        let made = settings.folder.as_ref().filter(|folder| !folder.exists());
        let outcome = match archive::open(settings) {
            Ok(place) => place.try_out(&name).await.map_err(|error| error.to_string()),
            Err(error) => Err(error),
        };
        if let Some(folder) = made {
            // It is made again when there is something to be put into it.
            let _ = std::fs::remove_dir(folder);
        }
        let outcome = outcome.map(|()| "a file was written, not overwritten, and removed".to_owned());
        checked.push(Checked { what: "archive", outcome });
    }
    if let Some(webhook) = &settings.alerts.webhook {
        let outcome = alert::try_webhook(webhook).await.map(|()| "somebody answers there".to_owned());
        checked.push(Checked { what: "webhook", outcome });
    }
    if settings.alerts.smtp.is_some() {
        let outcome = mailer::try_out(&settings.alerts).await.map(|()| "the mail server lets us in".to_owned());
        checked.push(Checked { what: "mail", outcome });
    }
    checked
}
