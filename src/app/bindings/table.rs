//! Owns the rows of the binding table and nothing else.

use super::{Binding, Place};
use crate::app::action::{Action, Step};
use crate::workspace::Direction;

use Action as A;
use Place::{Forwards, Gather, Leaks, List, Prefix, Scroll, Text};

/// One row a line, which is how a table is read: place, config name, action, default keys, help, the same in fewer words.
macro_rules! table {
    (@short $help:literal) => { $help };
    (@short $help:literal $short:literal) => { $short };
    ($($place:ident $name:literal => $action:expr, [$($chord:literal)*] $help:literal $(or $short:literal)?;)*) => {
        &[$(Binding {
            place: $place, action: $action, name: $name, chords: &[$($chord),*], help: $help, short: table!(@short $help $($short)?),
        }),*]
    };
}

/// Every action that is built, with its default keys. The order is the order of help.
pub const BINDINGS: &[Binding] = table! {
    List "down" => A::Move(Step::Down), ["j" "down"] "next line";
    List "up" => A::Move(Step::Up), ["k" "up"] "previous line";
    List "top" => A::Move(Step::Top), ["g" "home"] "first line";
    List "bottom" => A::Move(Step::Bottom), ["G" "end"] "last line";
    List "half-page-down" => A::Move(Step::HalfDown), ["ctrl-d" "pagedown"] "half a page down";
    List "half-page-up" => A::Move(Step::HalfUp), ["ctrl-u" "pageup"] "half a page up";
    List "shells" => A::OpenShells, ["enter" "s"] "shells in the marked pods, else in this one";
    List "shell-tabs" => A::OpenShellTabs, ["t"] "the same, one new tab each";
    List "shell-splits" => A::OpenShellSplits, ["v"] "the same, as splits of this tab";
    List "container" => A::OpenInContainer, ["C"] "shells in a container that you choose";
    List "mark" => A::Mark, ["space"] "mark this pod";
    List "mark-range" => A::MarkRange, ["V"] "mark from the last mark to here";
    List "mark-shown" => A::MarkShown, ["a"] "mark all shown";
    List "unmark-all" => A::UnmarkAll, ["u"] "unmark all";
    List "filter" => A::Filter, ["/"] "filter";
    List "run" => A::Run, ["!"] "run a command, answers folded";
    List "answers" => A::Answers, ["A"] "the answers of the last run";
    List "namespaces" => A::PickNamespaces, ["n"] "namespaces";
    List "all-namespaces" => A::AllNamespaces, ["0"] "all namespaces";
    List "contexts" => A::PickContexts, ["X"] "contexts";
    List "compose" => A::Compose, ["B"] "compose to the receiving panes";
    List "opt-out-pods" => A::OptOutFromList, ["b"] "these pods' panes out of, into broadcast";
    List "group" => A::GroupByWorkload, ["w"] "group by workload";
    List "sort" => A::SortColumn, ["o"] "sort by the next column";
    List "reverse" => A::SortReverse, ["O"] "reverse the order";
    List "logs" => A::Logs, ["l"] "logs";
    List "describe" => A::Describe, ["d"] "describe";
    List "yaml" => A::Yaml, ["y"] "YAML";
    List "events" => A::Events, ["e"] "events";
    List "port-forward" => A::Forward, ["f"] "port-forward; where there is one: the list of them";
    List "forwards" => A::Forwards, ["F"] "port-forwards: what they carry, and stop one";
    List "leaks" => A::Leaks, ["L"] "exec processes that any tool left in these pods";
    List "copy-name" => A::CopyName, ["c"] "copy the name";
    List "reconnect" => A::Reconnect, ["ctrl-r"] "reconnect now";
    List "palette" => A::Palette, [":"] "palette: every action by name";
    List "panes" => A::FocusPanes, ["tab"] "to the panes";
    List "notices" => A::Notices, ["N"] "what was said before";
    List "help" => A::Help, ["?"] "keys";
    List "quit" => A::Quit, ["q" "ctrl-c"] "quit";
    List "back" => A::Back, ["esc"] "clear the filter";

    Prefix "literal" => A::LiteralPrefix, ["ctrl-g"] "send the prefix itself";
    Prefix "list" => A::FocusList, ["g" "tab"] "to the list";
    Prefix "focus-left" => A::FocusPane(Direction::Left), ["h" "left"] "pane to the left";
    Prefix "focus-down" => A::FocusPane(Direction::Down), ["j" "down"] "pane below";
    Prefix "focus-up" => A::FocusPane(Direction::Up), ["k" "up"] "pane above";
    Prefix "focus-right" => A::FocusPane(Direction::Right), ["l" "right"] "pane to the right";
    Prefix "next-tab" => A::NextTab, ["n"] "next tab";
    Prefix "previous-tab" => A::PreviousTab, ["p"] "previous tab";
    Prefix "tab-1" => A::SelectTab(1), ["1"] "tab 1";
    Prefix "tab-2" => A::SelectTab(2), ["2"] "tab 2";
    Prefix "tab-3" => A::SelectTab(3), ["3"] "tab 3";
    Prefix "tab-4" => A::SelectTab(4), ["4"] "tab 4";
    Prefix "tab-5" => A::SelectTab(5), ["5"] "tab 5";
    Prefix "tab-6" => A::SelectTab(6), ["6"] "tab 6";
    Prefix "tab-7" => A::SelectTab(7), ["7"] "tab 7";
    Prefix "tab-8" => A::SelectTab(8), ["8"] "tab 8";
    Prefix "tab-9" => A::SelectTab(9), ["9"] "tab 9";
    Prefix "previous-page" => A::PreviousPage, [","] "previous page of the tab";
    Prefix "next-page" => A::NextPage, ["."] "next page of the tab";
    Prefix "zoom" => A::Zoom, ["z"] "zoom";
    Prefix "even" => A::EvenLayout, ["="] "even layout";
    Prefix "border-left" => A::ResizePane(Direction::Left), ["<"] "border to the left";
    Prefix "border-right" => A::ResizePane(Direction::Right), [">"] "border to the right";
    Prefix "border-down" => A::ResizePane(Direction::Down), ["+"] "border down";
    Prefix "border-up" => A::ResizePane(Direction::Up), ["-"] "border up";
    Prefix "scroll" => A::ScrollMode, ["[" "pageup"] "scroll and copy";
    Prefix "search" => A::Search, ["/"] "search the scrollback";
    Prefix "find" => A::FindPane, ["f"] "find a pane, troubled ones first" or "find a pane, trouble first";
    Prefix "cancel" => A::Cancel, ["c"] "cancel: interrupt, clean up, prove; again: skip the grace" or "cancel, clean up, prove";
    Prefix "keep-shell" => A::KeepShell, ["u"] "within the grace: keep the shell" or "keep the shell, in the grace";
    Prefix "interrupt" => A::InterruptOnly, ["i"] "interrupt only: the shell stays" or "interrupt, the shell stays";
    Prefix "close" => A::ClosePane, ["x"] "cancel, and close when 0 left is proven" or "cancel, and close the pane";
    Prefix "cancel-all" => A::CancelAll, ["C"] "cancel all of the tab, or all that receive" or "cancel all";
    Prefix "interrupt-all" => A::InterruptAll, ["I"] "interrupt all of the tab, or all that receive" or "interrupt all";
    Prefix "broadcast" => A::Broadcast, ["b"] "broadcast on, off";
    Prefix "opt-out" => A::OptOut, ["o"] "this pane out of, into broadcast" or "this pane out, in";
    Prefix "compose" => A::Compose, ["B"] "compose to the receiving panes" or "compose to the receivers";
    Prefix "run" => A::Run, ["!"] "run a command, answers folded" or "a command, answers folded";
    Prefix "answers" => A::Answers, ["A"] "the answers of the last run";
    Prefix "new-session" => A::NewSession, ["r"] "new session in this pane";
    Prefix "restart-lost" => A::RestartLost, ["a"] "new session in all that were lost" or "new session in all lost ones";
    Prefix "debug-container" => A::DebugContainer, ["d"] "a debug container for each pane without a shell" or "debug containers";
    Prefix "record" => A::Record, ["R"] "record this pane to a file, and end it" or "record this pane, end it";
    Prefix "clipboard" => A::Clipboard, ["y"] "what a pod wants on the clipboard" or "what a pod wants to copy";
    Prefix "save-copy" => A::SaveCopy, ["w"] "what was copied, to a file";
    Prefix "links" => A::Links, ["U"] "addresses that this pane has linked" or "addresses it has linked";
    Prefix "release-mouse" => A::ReleaseMouse, ["m"] "release, take the mouse";
    Prefix "toggle-list" => A::ToggleList, ["\\"] "list on, off";
    Prefix "palette" => A::Palette, [":"] "palette: every action by name" or "palette: every action";
    Prefix "notices" => A::Notices, ["N"] "what was said before";
    Prefix "help" => A::Help, ["?"] "keys";
    Prefix "quit" => A::Quit, ["q"] "quit";
    Prefix "leave-prefix" => A::LeavePrefix, ["esc"] "nothing";

    Scroll "down" => A::Move(Step::Down), ["j" "down"] "next line";
    Scroll "up" => A::Move(Step::Up), ["k" "up"] "previous line";
    Scroll "top" => A::Move(Step::Top), ["g" "home"] "oldest line";
    Scroll "bottom" => A::Move(Step::Bottom), ["G" "end"] "newest line";
    Scroll "half-page-down" => A::Move(Step::HalfDown), ["ctrl-d" "pagedown"] "half a page down";
    Scroll "half-page-up" => A::Move(Step::HalfUp), ["ctrl-u" "pageup"] "half a page up";
    Scroll "scroll-left" => A::ScrollLeft, ["h" "left"] "left";
    Scroll "scroll-right" => A::ScrollRight, ["l" "right"] "right";
    Scroll "word-forward" => A::WordForward, ["w"] "next word";
    Scroll "word-back" => A::WordBack, ["b"] "previous word";
    Scroll "line-start" => A::LineStart, ["0"] "start of the line";
    Scroll "line-end" => A::LineEnd, ["$"] "end of the line";
    Scroll "select" => A::SelectCells, ["v"] "select";
    Scroll "select-lines" => A::SelectLines, ["V"] "select lines";
    Scroll "select-block" => A::SelectBlock, ["ctrl-v"] "select a block";
    Scroll "copy" => A::Copy, ["y" "enter"] "copy";
    Scroll "search" => A::Search, ["/"] "search";
    Scroll "search-next" => A::SearchNext, ["n"] "next match, upwards";
    Scroll "search-previous" => A::SearchPrevious, ["N"] "previous match";
    Scroll "leave-scroll" => A::LeaveScroll, ["q" "esc"] "back to the shell";

    Text "down" => A::Move(Step::Down), ["j" "down"] "next line";
    Text "up" => A::Move(Step::Up), ["k" "up"] "previous line";
    Text "top" => A::Move(Step::Top), ["g" "home"] "first line";
    Text "bottom" => A::Move(Step::Bottom), ["G" "end"] "last line";
    Text "half-page-down" => A::Move(Step::HalfDown), ["ctrl-d" "pagedown" "space"] "half a page down";
    Text "half-page-up" => A::Move(Step::HalfUp), ["ctrl-u" "pageup"] "half a page up";
    Text "search" => A::Search, ["/"] "search";
    Text "search-next" => A::SearchNext, ["n"] "next match";
    Text "search-previous" => A::SearchPrevious, ["N"] "previous match";
    Text "follow" => A::Follow, ["f"] "follow a log, or no longer";
    Text "log-container" => A::LogContainer, ["c"] "the log of another container";
    Text "back" => A::Back, ["esc" "q"] "close";

    Gather "down" => A::Move(Step::Down), ["j" "down"] "next group";
    Gather "up" => A::Move(Step::Up), ["k" "up"] "previous group";
    Gather "top" => A::Move(Step::Top), ["g" "home"] "first group";
    Gather "bottom" => A::Move(Step::Bottom), ["G" "end"] "last group";
    Gather "unfold" => A::Unfold, ["enter"] "unfold this group";
    Gather "diff" => A::ShowDiff, ["d"] "diff against the majority";
    Gather "mark-targets" => A::MarkTargets, ["m"] "mark these pods";
    Gather "shells-in" => A::ShellsInTargets, ["s"] "shells in these pods";
    Gather "run-again" => A::RunAgain, ["R"] "run again";
    Gather "save" => A::SaveAnswers, ["w"] "save to a file";
    Gather "cancel-run" => A::CancelRun, ["x"] "cancel what still runs";
    Gather "back" => A::Back, ["esc" "q"] "close";

    Leaks "down" => A::Move(Step::Down), ["j" "down"] "next process";
    Leaks "up" => A::Move(Step::Up), ["k" "up"] "previous process";
    Leaks "top" => A::Move(Step::Top), ["g" "home"] "first process";
    Leaks "bottom" => A::Move(Step::Bottom), ["G" "end"] "last process";
    Leaks "half-page-down" => A::Move(Step::HalfDown), ["ctrl-d" "pagedown"] "half a page down";
    Leaks "half-page-up" => A::Move(Step::HalfUp), ["ctrl-u" "pageup"] "half a page up";
    Leaks "end-process" => A::EndProcess, ["x"] "end this one with all of its exec";
    Leaks "look-again" => A::LookAgain, ["R"] "look again";
    Leaks "back" => A::Back, ["esc" "q"] "close";

    Forwards "down" => A::Move(Step::Down), ["j" "down"] "next one";
    Forwards "up" => A::Move(Step::Up), ["k" "up"] "previous one";
    Forwards "top" => A::Move(Step::Top), ["g" "home"] "first one";
    Forwards "bottom" => A::Move(Step::Bottom), ["G" "end"] "last one";
    Forwards "stop-forward" => A::StopForward, ["x"] "stop this one; one that ended: forget it";
    Forwards "port-forward" => A::Forward, ["f"] "another port of this pod";
    Forwards "copy-name" => A::CopyName, ["c"] "copy its address";
    Forwards "back" => A::Back, ["esc" "q"] "close";
};
