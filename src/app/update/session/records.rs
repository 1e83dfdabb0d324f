//! Owns the records that describe a session: the journal's intent, the audit's lines, the order for a cleanup exec.

use crate::app::context::Link;
use crate::app::effect::{CleanOrder, Opening};
use crate::app::{App, Weight};
use crate::ids::{ContainerRef, PaneId, SessionId};
use crate::journal::audit::{Act, AuditLine, AuditTarget, KeepText, Operator, SentText};
use crate::journal::entry::{Fact, Intent, JournalLine};
use crate::journal::fingerprint;
use crate::session::SessionCommand;
use crate::session::cleanup::ScriptMode;

/// Keeps the whole of what the slip of a pane may have to cut.
pub(in crate::app::update) fn note(app: &mut App, id: PaneId, words: &str) {
    let Some(target) = app.panes.get(&id).map(|pane| &pane.target) else {
        return;
    };
    let text = format!("{} · {}: {words}", target.pod.name, target.container);
    app.note(Weight::Bad, text);
}

/// What must be on the disk before the exec goes out.
pub(in crate::app::update) fn intent(app: &App, opening: &Opening) -> JournalLine {
    let pod = &opening.target.pod;
    let words = words(&opening.command);
    let parts: Vec<&[u8]> = words.iter().map(String::as_bytes).collect();
    let intent = Intent {
        context: pod.context.to_string(),
        server: fingerprint(&[server(app, opening).as_bytes()]),
        namespace: pod.namespace.to_string(),
        pod: pod.name.to_string(),
        uid: opening.target.uid.as_str().to_owned(),
        container: opening.target.container.to_string(),
        container_id: (!opening.container_id.is_empty()).then(|| opening.container_id.clone()),
        tty: true,
        argv: fingerprint(&parts),
        owner: app.owner.clone(),
    };
    let fact = Fact::Intent(Box::new(intent));
    JournalLine {
        at: app.unix_ms,
        session: opening.session,
        fact,
    }
}

fn server(app: &App, opening: &Opening) -> String {
    match app
        .contexts
        .get(&opening.target.pod.context)
        .map(|context| &context.link)
    {
        Some(Link::Connected { server, .. }) => server.clone(),
        Some(Link::Connecting | Link::Failed(_)) | None => String::new(),
    }
}

fn words(command: &SessionCommand) -> &[String] {
    match command {
        SessionCommand::Shell(words) | SessionCommand::Argv(words) => words,
    }
}

/// A line of the audit with who sits here.
pub(in crate::app::update) fn audit(app: &App, act: Act) -> AuditLine {
    let who = Operator {
        cluster_user: cluster_user(app, &act),
        ..app.operator.clone()
    };
    AuditLine {
        at: app.unix_ms,
        who,
        act,
    }
}

/// What the API server of the act's context calls the user; nothing where the act is about several.
fn cluster_user(app: &App, act: &Act) -> Option<String> {
    let of_session = |session: &str| {
        let mut panes = app.panes.values();
        let pane = panes.find(|pane| pane.session.to_string() == session)?;
        Some(pane.target.pod.context.as_str())
    };
    let context = act.context().or_else(|| of_session(act.session()?))?;
    let mut open = app.contexts.open().iter();
    match &open.find(|open| open.name.as_str() == context)?.link {
        Link::Connected { cluster_user, .. } => cluster_user.clone(),
        Link::Connecting | Link::Failed(_) => None,
    }
}

/// The audit's line for a session about to be opened.
pub(in crate::app::update) fn audit_open(app: &App, opening: &Opening) -> AuditLine {
    let keep = keep_text(app);
    let command = SentText::of(&words(&opening.command).join(" "), keep);
    let target = audit_target(&opening.target, Some(opening.session));
    audit(
        app,
        Act::SessionOpen {
            target,
            tty: true,
            command,
        },
    )
}

/// Whether sent text is written down.
pub(in crate::app::update) fn keep_text(app: &App) -> KeepText {
    app.settings.config.audit.text.into()
}

/// A container as the audit names it.
pub(in crate::app::update) fn audit_target(
    target: &ContainerRef,
    session: Option<SessionId>,
) -> AuditTarget {
    AuditTarget {
        context: target.pod.context.to_string(),
        namespace: target.pod.namespace.to_string(),
        pod: target.pod.name.to_string(),
        uid: target.uid.as_str().to_owned(),
        container: target.container.to_string(),
        session: session.map(|session| session.to_string()),
    }
}

/// What an exec that cleans up or counts needs to know of a pane's session.
pub(in crate::app::update) fn clean_order(
    app: &App,
    pane: PaneId,
    mode: ScriptMode,
) -> Option<CleanOrder> {
    let pane = app.panes.get(&pane)?;
    Some(CleanOrder {
        target: pane.target.clone(),
        container_id: pane.container_id.clone(),
        leader: pane.handshake.clone(),
        mode,
        grace: crate::session::cleanup::LEAST_GRACE,
    })
}
