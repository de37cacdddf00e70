//! A mail as the server gets it: headers that nobody's name can break out of, the text, and the same as a simple page.

use super::settings::Settings;
use crate::plan::mail::Rendered;
use lettre::message::{Mailbox, MultiPart, SinglePart, header};
use lettre::{Address, Message};
use uuid::Uuid;

/// The same for a letter however often it is tried, so that a reader's program shows it once even where it came twice.
pub(super) fn message_id(settings: &Settings, stream: Option<Uuid>, mailing: u64, letter: u32) -> String {
    let host = settings.from.parse::<Mailbox>().map_or_else(|_| "tafel.invalid".to_owned(), |from| from.email.domain().to_owned());
    format!("<{}.{mailing}.{letter}@{host}>", stream.unwrap_or_default().simple())
}

/// # Errors
/// An address is none, or the text cannot be written.
pub(super) fn message(settings: &Settings, to: &str, name: &str, mail: &Rendered, id: String) -> Result<Message, String> {
    let from: Mailbox = settings.from.parse().map_err(|error| format!("mail.from: {error}"))?;
    let address: Address = to.parse().map_err(|error| format!("{to:?} is no e-mail address: {error}"))?;
    // Whatever a name holds is one line of letters here; the rest is the library's.
    let name = name.split(|letter: char| letter.is_control()).collect::<Vec<_>>().join(" ");
    let mut builder = Message::builder()
        .from(from)
        .to(Mailbox::new(Some(name).filter(|name| !name.trim().is_empty()), address))
        .subject(mail.subject.clone())
        .message_id(Some(id))
        .date_now()
        // Machines that answer for people who are away need not answer this.
        .raw_header(header::HeaderValue::new(header::HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
    if let Some(reply_to) = &settings.reply_to {
        builder = builder.reply_to(reply_to.parse().map_err(|error| format!("mail.reply_to: {error}"))?);
    }
    let page = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"></head><body style=\"font: 16px/1.5 sans-serif; max-width: 40em\">\n{}</body></html>\n",
        mail.language.as_str(),
        html(&mail.body)
    );
    let parts = MultiPart::alternative().singlepart(SinglePart::plain(mail.body.clone())).singlepart(SinglePart::html(page));
    builder.multipart(parts).map_err(|error| error.to_string())
}

/// A plain text as a page: paragraphs, lines, and addresses that can be clicked.
fn html(body: &str) -> String {
    let mut out = String::with_capacity(body.len() * 2);
    for paragraph in body.split("\n\n").map(|paragraph| paragraph.trim_matches('\n')).filter(|paragraph| !paragraph.is_empty()) {
        out.push_str("<p>");
        for (index, line) in paragraph.lines().enumerate() {
            if index > 0 {
                out.push_str("<br>\n");
            }
            // A word that is an address, up to the sentence's own sign at its end.
            for (index, word) in line.split(' ').enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                let address = word.trim_end_matches(['.', ',', ';', ')', '!', '?']);
                if address.starts_with("https://") || address.starts_with("http://") {
                    let (address, rest) = (escaped(address), escaped(&word[address.len()..]));
                    out.extend(["<a href=\"", &address, "\">", &address, "</a>", &rest]);
                } else {
                    out.push_str(&escaped(word));
                }
            }
        }
        out.push_str("</p>\n");
    }
    out
}

fn escaped(text: &str) -> String {
    let Ok(safe) = askama::filters::escape(text, askama::filters::Html);
    safe.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::mail::Language;

    fn settings() -> Settings {
        toml::from_str("host = \"h\"\nfrom = \"Ball <party@b.example>\"\n").unwrap()
    }

    #[test]
    fn no_name_or_subject_adds_a_header() {
        let mail = Rendered {
            language: Language::En,
            subject: "Hello\r\nBcc: all@c.example".to_owned(),
            body: "Dear <b>guest</b>,\n\nsee https://b.example/?a=1&b=2.\n".to_owned(),
        };
        let id = message_id(&settings(), None, 7, 3);
        let made = message(&settings(), "a@b.example", "Eve\r\nBcc: all@c.example", &mail, id.clone()).unwrap();
        assert_eq!(made.envelope().to().len(), 1);
        let text = String::from_utf8(made.formatted()).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
        assert!(head.contains(&format!("Message-ID: {id}")), "{head}");
        assert!(text.contains("&#60;b&#62;guest&#60;/b&#62;") && text.contains("multipart/alternative"), "{text}");
        assert!(message(&settings(), "nobody", "N", &mail, id).is_err());
    }

    #[test]
    fn a_text_becomes_paragraphs_lines_and_links() {
        let page = "<p>a &#60; b<br>\nc</p>\n<p><a href=\"https://b.example/?x=1&#38;y\">https://b.example/?x=1&#38;y</a>.</p>\n";
        assert_eq!(html("a < b\nc\n\nhttps://b.example/?x=1&y."), page);
    }
}
