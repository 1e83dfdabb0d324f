//! Owns the table and the JSON lines of a census: the field names are a contract.

use std::io;

use serde::Serialize;

use super::{Answer, Row};
use crate::headless::Form;
use crate::headless::columns::{Table, age};
use crate::headless::streams::Streams;
use crate::session::census::ExecProcess;

#[derive(Serialize)]
struct Line<'a> {
    context: &'a str,
    namespace: &'a str,
    pod: &'a str,
    container: &'a str,
    pid: u32,
    command: &'a str,
    since: String,
    uid: Option<u32>,
    rss_bytes: Option<u64>,
    exec_root: bool,
    session: Option<String>,
    /// `here`, `gone` or `perhaps`.
    client: &'static str,
}

/// Prints every process.
pub(super) fn all(rows: &[Row<'_>], form: Form, streams: &mut Streams<'_>) -> io::Result<()> {
    match form {
        Form::Json => {
            for row in rows {
                streams.line(&json(row)?)?;
            }
        }
        Form::Table if rows.is_empty() => {}
        Form::Table => table(rows).print(streams)?,
    }
    streams.out.flush()
}

fn json(row: &Row<'_>) -> io::Result<String> {
    let Row {
        answer,
        process,
        client,
    } = row;
    let pod = &answer.target.pod;
    let line = Line {
        context: pod.context.as_str(),
        namespace: &pod.namespace,
        pod: &pod.name,
        container: &answer.target.container,
        pid: process.pid,
        command: &process.command,
        since: since(answer, process),
        uid: process.uid,
        rss_bytes: process.rss_bytes,
        exec_root: process.exec_root,
        session: process.session.map(|id| id.to_string()),
        client: client.word(),
    };
    Ok(serde_json::to_string(&line)?)
}

/// In whole seconds: the container's clock ticks are no finer guide.
fn since(answer: &Answer, process: &ExecProcess) -> String {
    let age = i64::try_from(process.age.as_millis()).unwrap_or(i64::MAX);
    let start = answer.at.saturating_sub(age).div_euclid(1000);
    jiff::Timestamp::from_second(start)
        .unwrap_or(jiff::Timestamp::MIN)
        .to_string()
}

fn table(rows: &[Row<'_>]) -> Table {
    let mut table = Table::new(&[
        "POD",
        "CONTAINER",
        "PID",
        "RUNNING",
        "UID",
        "MEMORY",
        "WHOSE",
        "CLIENT",
        "COMMAND",
    ]);
    for row in rows {
        let (answer, process) = (row.answer, row.process);
        table.row(&[
            answer.target.pod.to_string(),
            answer.target.container.to_string(),
            process.pid.to_string(),
            age(process.age),
            process.uid_text(),
            process.memory_text(),
            process.whose(),
            row.client.word().to_owned(),
            process.command.clone(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headless::streams::{Count, Streams, Terminal};
    use crate::ids::{ContainerRef, ContextName, PodRef, PodUid, SessionId};
    use crate::session::census::Client;
    use std::time::Duration;

    fn answer() -> Answer {
        let pod = PodRef {
            context: ContextName::new("c"),
            namespace: "shop".into(),
            name: "web-1".into(),
        };
        let target = ContainerRef {
            pod,
            uid: PodUid::new("u"),
            container: "app".into(),
        };
        Answer {
            index: 0,
            target,
            at: 1_800_000_000_400,
            found: Ok(Vec::new()),
        }
    }

    fn process() -> ExecProcess {
        ExecProcess {
            pid: 7,
            command: "sleep\u{fffd} 600".into(),
            age: Duration::from_secs(60),
            uid: Some(0),
            rss_bytes: Some(1024),
            exec_root: true,
            session: None,
            start: 7,
            root: None,
        }
    }

    fn printed(form: Form, process: &ExecProcess) -> String {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut streams = Streams {
            out: &mut out,
            err: &mut err,
            terminal: Terminal::No,
            width: 80,
            count: Count::Off,
        };
        let row = Row {
            answer: &answer(),
            process,
            client: Client::Gone,
        };
        all(&[row], form, &mut streams).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_json_line_has_the_fields_of_the_contract() {
        let expected = "{\"context\":\"c\",\"namespace\":\"shop\",\"pod\":\"web-1\",\"container\":\"app\",\"pid\":7,\
            \"command\":\"sleep\u{fffd} 600\",\"since\":\"2027-01-15T07:59:00Z\",\"uid\":0,\"rss_bytes\":1024,\
            \"exec_root\":true,\"session\":null,\"client\":\"gone\"}\n";
        assert_eq!(printed(Form::Json, &process()), expected);
    }

    #[test]
    fn ours_are_named_by_their_session() {
        let mut ours = process();
        ours.session = Some(SessionId::from_bytes([0xab; 16]));
        assert!(printed(Form::Table, &ours).contains("podmux abababab"));
        assert!(printed(Form::Json, &ours).contains(&"ab".repeat(16)));
    }
}
