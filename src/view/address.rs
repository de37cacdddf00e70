//! The address of a page: a path and a query, as the browser shows them.

use form_urlencoded::{Serializer, parse};

/// What is looked at, and how: filters, sorting, position.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    pub path: String,
    pub query: Vec<(String, String)>,
}

impl Address {
    pub fn new(path: &str, query: &str) -> Self {
        let pairs = parse(query.as_bytes()).filter(|(_, value)| !value.is_empty());
        Self { path: path.to_owned(), query: pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect() }
    }

    /// `/guests?q=anna`, in one text.
    pub fn parse(text: &str) -> Self {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        Self::new(path, query)
    }

    /// The path's parts: none of `/`.
    pub fn parts(&self) -> Vec<&str> {
        self.path.split('/').filter(|part| !part.is_empty()).collect()
    }

    /// The first value of the name; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    pub fn number(&self, name: &str) -> Option<u64> {
        self.get(name).parse().ok()
    }

    /// The same with another value of the name; without it, if the value is empty.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut query: Vec<(String, String)> = self.query.iter().filter(|(key, _)| key != name).cloned().collect();
        if !value.is_empty() {
            query.push((name.to_owned(), value.to_owned()));
        }
        Self { path: self.path.clone(), query }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.path)?;
        if self.query.is_empty() {
            return Ok(());
        }
        write!(f, "?{}", Serializer::new(String::new()).extend_pairs(&self.query).finish())
    }
}
