//! Owns what keys do to the list: cursor, marks, order, groups.

use crate::app::list::Skipped;
use crate::app::{Action, App, Effect, Focus, Place, Step, Turn, Weight};
use crate::config::{self, Config};
use crate::ids::PodUid;
use crate::inventory::{Column, Direction, Filter, Grouping, Order, ViewSpec};

/// What the list shows at first.
pub(in crate::app) fn first_spec(config: &Config, filter: &str) -> ViewSpec {
    ViewSpec {
        filter: Filter::parse(filter),
        order: order(config),
        grouping: grouping(config),
    }
}

fn order(config: &Config) -> Order {
    let direction = match config.list.sort.direction {
        config::Direction::Ascending => Direction::Ascending,
        config::Direction::Descending => Direction::Descending,
    };
    let column = column_of(config.list.sort.column);
    Order { column, direction }
}

fn grouping(config: &Config) -> Grouping {
    match config.list.group {
        config::Group::None => Grouping::Flat,
        config::Group::Workload => Grouping::ByWorkload,
    }
}

/// The settings changed: what they say anew is shown, what the user chose besides stays.
pub(super) fn settings_changed(app: &mut App, old: &Config) {
    let config = app.settings.config.clone();
    let sort = (config.list.sort != old.list.sort).then(|| order(&config));
    let group = (config.list.group != old.list.group).then(|| grouping(&config));
    if sort.is_some() || group.is_some() {
        respec(app, |spec| {
            spec.order = sort.unwrap_or(spec.order);
            spec.grouping = group.unwrap_or(spec.grouping);
        });
    }
}

/// The column of the inventory behind one of the configuration.
fn column_of(column: config::ListColumn) -> Column {
    use config::ListColumn as Of;
    match column {
        Of::Context => Column::Context,
        Of::Namespace => Column::Namespace,
        Of::Pod => Column::Name,
        Of::Ready => Column::Ready,
        Of::Status => Column::Status,
        Of::Restarts => Column::Restarts,
        Of::Age => Column::Age,
        Of::Node => Column::Node,
        Of::Ip => Column::Ip,
        Of::Owner => Column::Owner,
        Of::Containers => Column::Containers,
        Of::Cpu => Column::Cpu,
        Of::Mem => Column::Memory,
    }
}

/// Lines of pods that fit; the title row of the wide list is not one of them.
pub(super) fn height(app: &App) -> usize {
    let rows = app.layout.list.map_or(0, |area| area.height);
    let titles = u16::from(app.tabs.is_empty());
    usize::from(rows.saturating_sub(titles))
}

/// The pods that a key is about: in a pane its own, in the list the marked ones, else those under the cursor.
pub(super) fn meant(app: &App) -> Vec<PodUid> {
    match (app.focus, app.focused_pane()) {
        (Focus::Panes, Some(pane)) => vec![pane.target.uid.clone()],
        (Focus::Panes | Focus::List, _) => app.list.targets(&app.inventory),
    }
}

/// Why there is no single pod to show or to name: the head of a group has its pods below it.
pub(super) fn no_pod(app: &App) -> String {
    match app.list.under_cursor(&app.inventory).len() {
        0 => "no pod is under the cursor".to_owned(),
        pods => {
            let down = app
                .settings
                .keys
                .shown(Place::List, Action::Move(Step::Down));
            format!("this is a group of {pods}; {down} goes to its first pod")
        }
    }
}

/// Moves the cursor.
pub(super) fn step(app: &mut App, step: Step) {
    let height = height(app);
    app.list.step(step, &app.inventory, height);
}

/// Marks what the cursor is on.
pub(super) fn mark(app: &mut App) {
    if app.focus == Focus::Panes {
        for uid in meant(app) {
            app.list.toggle_pod(&uid, &app.inventory);
        }
        return;
    }
    let height = height(app);
    app.list.toggle_mark(&app.inventory, height);
}

/// Marks from the last mark to the cursor.
pub(super) fn mark_range(app: &mut App) {
    app.list.mark_range(&app.inventory);
}

/// Marks all shown that could take a shell.
pub(super) fn mark_shown(app: &mut App) {
    let Skipped(skipped) = app.list.mark_shown(&app.inventory);
    if skipped > 0 {
        app.say(
            Weight::Plain,
            format!("{skipped} not marked: completed or not started"),
        );
    }
}

/// Shows what `change` makes of the view's specification.
pub(super) fn respec(app: &mut App, change: impl FnOnce(&mut ViewSpec)) {
    let mut spec = app.list.view.spec().clone();
    change(&mut spec);
    let height = height(app);
    app.list.show(spec, &app.inventory, height);
    app.touch();
}

/// Flat, or under workloads.
pub(super) fn toggle_group(app: &mut App) {
    respec(app, |spec| {
        spec.grouping = match spec.grouping {
            Grouping::Flat => Grouping::ByWorkload,
            Grouping::ByWorkload => Grouping::Flat,
        };
    });
}

/// Sorts by the next column.
pub(super) fn next_column(app: &mut App) {
    let measured = app.measured;
    respec(app, |spec| {
        let at = Column::ALL
            .iter()
            .position(|column| *column == spec.order.column)
            .unwrap_or(0);
        let after = Column::ALL.iter().cycle().skip(at + 1);
        let next = after
            .take(Column::ALL.len())
            .find(|column| measured || !matches!(column, Column::Cpu | Column::Memory));
        spec.order.column = next.copied().unwrap_or(Column::Namespace);
    });
    let order = app.list.view.spec().order;
    app.say(Weight::Plain, format!("sorted by {}", order.column.name()));
}

/// Turns the order around.
pub(super) fn reverse(app: &mut App) {
    respec(app, |spec| {
        spec.order.direction = spec.order.direction.reversed();
    });
}

/// Copies the names of the marked pods, else of the current one.
pub(super) fn copy_name(app: &mut App, turn: &mut Turn<'_>) {
    let in_pane = app.focused_pane().filter(|_| app.focus == Focus::Panes);
    let names: Vec<String> = match in_pane {
        // Its pod may be gone from the list.
        Some(pane) => vec![pane.target.pod.name.to_string()],
        None => meant(app)
            .iter()
            .filter_map(|uid| app.inventory.get(uid))
            .map(|row| row.pod.name.to_string())
            .collect(),
    };
    if names.is_empty() {
        return app.say(Weight::Plain, "no pod is under the cursor");
    }
    turn.push(Effect::Copy {
        text: names.join("\n"),
    });
}
