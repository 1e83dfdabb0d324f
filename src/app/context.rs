//! Owns the clusters on the screen: which contexts are open, how they are called, which namespaces are wanted.

use std::sync::Arc;

use crate::config::Config;
use crate::ids::ContextName;
use crate::inventory::{Scope, WatchKey};
use crate::keys::nearest::nearest;

/// How far the connection of a context is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Link {
    Connecting,
    Connected {
        /// The namespace that the kubeconfig names, else `default`.
        namespace: Arc<str>,
        user: String,
        /// The API server's own name for the user, where it tells.
        cluster_user: Option<String>,
        server: String,
    },
    /// A sentence with the next step.
    Failed(String),
}

/// One open context.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContextState {
    pub name: ContextName,
    /// The alias of the configuration, else the name.
    pub short: String,
    /// Index into the theme's context colours.
    pub color: usize,
    pub protected: bool,
    pub link: Link,
    pub wish: ScopeWish,
    /// Namespaces as the API server listed them; none until asked, or where that is forbidden.
    pub namespaces: Vec<Arc<str>>,
}

/// Which namespaces are wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ScopeWish {
    /// All where that is allowed, else the context's own.
    Auto,
    All,
    These(Vec<Arc<str>>),
}

/// The contexts of the kubeconfig and those that are open.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Contexts {
    open: Vec<ContextState>,
    known: Vec<ContextName>,
}

impl Contexts {
    /// `known` are all names of the kubeconfig.
    pub fn new(open: Vec<ContextState>, known: Vec<ContextName>) -> Self {
        Self { open, known }
    }

    pub fn open(&self) -> &[ContextState] {
        &self.open
    }

    pub fn known(&self) -> &[ContextName] {
        &self.known
    }

    /// Says which contexts are set up that there are not: a guard for a misspelt name guards nothing.
    pub fn strangers(&self, config: &Config) -> Option<String> {
        let known: Vec<&str> = self.known.iter().map(ContextName::as_str).collect();
        let set = config.contexts.keys().map(String::as_str);
        let named = |name: &str| match nearest(name, known.iter().copied()) {
            Some(meant) => format!("[contexts.{name}] (did you mean {meant}?)"),
            None => format!("[contexts.{name}]"),
        };
        let strangers: Vec<String> = set
            .filter(|name| !known.contains(name))
            .map(named)
            .collect();
        let none = strangers.is_empty();
        let list = strangers.join(", ");
        (!none).then(|| format!("set up, but no context of the kubeconfig: {list}"))
    }

    /// Names of the open ones.
    pub fn active(&self) -> Vec<ContextName> {
        self.open
            .iter()
            .map(|context| context.name.clone())
            .collect()
    }

    pub fn get(&self, name: &ContextName) -> Option<&ContextState> {
        self.open.iter().find(|context| context.name == *name)
    }

    pub fn get_mut(&mut self, name: &ContextName) -> Option<&mut ContextState> {
        self.open.iter_mut().find(|context| context.name == *name)
    }

    /// Opens a context that was not open.
    pub fn add(&mut self, context: ContextState) {
        self.open.push(context);
    }

    /// Closes a context.
    pub fn remove(&mut self, name: &ContextName) {
        self.open.retain(|context| context.name != *name);
    }

    /// Whether more than one cluster is on the screen, so that each must be named.
    pub fn several(&self) -> bool {
        self.open.len() > 1
    }
}

impl ContextState {
    /// A context that is about to be connected; `color` is its number among the open ones.
    pub fn opening(name: &ContextName, color: usize, config: &Config) -> Self {
        let own = config.contexts.get(name.as_str());
        Self {
            name: name.clone(),
            short: own
                .and_then(|own| own.alias.clone())
                .unwrap_or_else(|| name.to_string()),
            color,
            protected: config.protection(name.as_str()).is_some(),
            link: Link::Connecting,
            wish: if config.list.namespaces.is_empty() {
                ScopeWish::Auto
            } else {
                ScopeWish::These(
                    config
                        .list
                        .namespaces
                        .iter()
                        .map(|n| n.as_str().into())
                        .collect(),
                )
            },
            namespaces: Vec::new(),
        }
    }

    /// The name as it is always written: a protected one with a `!` before it.
    pub fn shown(&self) -> String {
        let mark = if self.protected { "!" } else { "" };
        format!("{mark}{}", self.short)
    }

    /// The watches that the wish asks for.
    pub fn watches(&self) -> Vec<WatchKey> {
        let key = |scope| WatchKey {
            context: self.name.clone(),
            scope,
        };
        match &self.wish {
            ScopeWish::Auto | ScopeWish::All => vec![key(Scope::All)],
            ScopeWish::These(names) => names
                .iter()
                .map(|name| key(Scope::Namespace(name.clone())))
                .collect(),
        }
    }

    /// The namespace of the kubeconfig.
    pub fn own_namespace(&self) -> Option<Arc<str>> {
        match &self.link {
            Link::Connected { namespace, .. } => Some(namespace.clone()),
            Link::Connecting | Link::Failed(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Context;

    #[test]
    fn what_is_set_up_for_no_context_is_named() {
        let known = ["prod-eu", "staging"].map(ContextName::new).to_vec();
        let contexts = Contexts::new(Vec::new(), known);
        let said = |names: &[&str]| {
            let mut config = Config::default();
            for name in names {
                config
                    .contexts
                    .insert((*name).to_owned(), Context::default());
            }
            contexts.strangers(&config)
        };
        assert_eq!(said(&[]), None);
        assert_eq!(said(&["prod-eu", "staging"]), None);
        let text = said(&["lab", "prod-eu", "prd-eu"]).unwrap();
        assert_eq!(
            text,
            "set up, but no context of the kubeconfig: [contexts.lab], [contexts.prd-eu] (did you mean prod-eu?)"
        );
    }
}
