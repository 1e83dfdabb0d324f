//! Owns the hints of dialogs: questions, refusals, the composer, pickers. Called by `hints`.

use crate::app::overlay::{
    ComposeStage, Composer, Demand, ForwardQuestion, Picker, PickerKind, Question,
};
use crate::app::{App, Overlay};

use super::Texts;

/// The keys of the topmost dialog.
pub(super) fn of(app: &App) -> Texts {
    match app.overlay() {
        Some(Overlay::Question(question)) => asked(question),
        Some(Overlay::Refusal(refusal)) => {
            let rest = refusal
                .rest
                .as_ref()
                .map(|rest| format!("o those {}", rest.pods));
            let role = refusal.role.as_ref().map(|_| "y copy role".to_owned());
            let last = if rest.is_some() {
                "Esc none"
            } else {
                "Esc close"
            };
            let all: Vec<String> = rest
                .into_iter()
                .chain(role)
                .chain([last.to_owned()])
                .collect();
            vec![all.join("  "), last.to_owned()]
        }
        Some(Overlay::Composer(composer)) => composing(composer),
        Some(Overlay::Picker(picker)) => picking(picker),
        Some(Overlay::Help(_)) => vec![
            "type to search  Esc close".to_owned(),
            "Esc close".to_owned(),
            "Esc".to_owned(),
        ],
        Some(Overlay::Forward(question)) => forwarding(question),
        Some(
            Overlay::Prompt(_)
            | Overlay::Text(_)
            | Overlay::Gather
            | Overlay::Leaks(_)
            | Overlay::Forwards(_),
        )
        | None => {
            vec!["Enter keep  Esc back".to_owned(), "Esc".to_owned()]
        }
    }
}

fn asked(question: &Question) -> Texts {
    match &question.demand {
        Demand::Words(_) => vec!["Esc no".to_owned()],
        Demand::Press(chord) => vec![
            format!("{} yes  Esc no", chord.written()),
            "Esc no".to_owned(),
        ],
    }
}

fn forwarding(question: &ForwardQuestion) -> Texts {
    let several = question.choices().len() > 1;
    let move_on = if several { "  ↑ ↓ port" } else { "" };
    vec![
        format!("Enter forward{move_on}  Esc back"),
        "Enter forward  Esc back".to_owned(),
        "Esc".to_owned(),
    ]
}

fn composing(composer: &Composer) -> Texts {
    match &composer.stage {
        ComposeStage::Writing => vec![
            "Enter preview  Ctrl-j new line  Ctrl-o editor  ↑ history  Esc keep".to_owned(),
            "Enter preview  Ctrl-j line  Ctrl-o editor  Esc keep".to_owned(),
            "Enter preview  Esc keep".to_owned(),
            "Enter preview".to_owned(),
        ],
        ComposeStage::Preview(preview) => {
            let (all, sends) = (preview.plan.to.len(), "Enter sends to");
            let first = if all > 1 { "  f first only" } else { "" };
            vec![
                format!("{sends} {all}{first}  Esc edit"),
                format!("{sends} {all}  Esc edit"),
                "Enter sends  Esc".to_owned(),
                "Enter sends".to_owned(),
            ]
        }
    }
}

fn picking(picker: &Picker) -> Texts {
    let keys = match picker.kind {
        PickerKind::Namespaces(_) | PickerKind::Contexts => "Space mark  Enter choose",
        PickerKind::Links(_) => "Enter copy",
        PickerKind::Container(..)
        | PickerKind::Palette
        | PickerKind::Panes
        | PickerKind::LogContainer
        | PickerKind::Matches { .. } => "Enter choose",
    };
    vec![format!("{keys}  Esc back"), "Esc back".to_owned()]
}
