//! `/admin/ocart-recovery`: sequences with their steps, and runs.

use http::Method;
use kernel::capability::OCART_MANAGE_RECOVERY;
use kernel::contracts::messaging::RECOVERY_TEMPLATES;
use kernel::{Fault, Money};
use runtime::Tx;
use web::{Call, Form, Reply, Routes, Template, context};

use super::commands_sequence::{self, Wanted};
use super::model::{RunRow, Sequence, SequenceStep};
use super::{commands, queries};
use crate::suppression;

pub(crate) const TEMPLATES: &[Template] = &[("recovery/recovery.html", include_str!("pages/recovery.html"))];

const ADDRESS: &str = "/admin/ocart-recovery";
const PER_PAGE: u32 = 20;
/// Rows of steps in the form.
const STEPS: usize = 3;

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, ADDRESS).requires(OCART_MANAGE_RECOVERY).read(show);
    routes.page(Method::POST, "/admin/ocart-recovery/sequences/{id}").requires(OCART_MANAGE_RECOVERY).unit(
        |call, tx| {
            let wanted = wanted(&call.form())?;
            commands_sequence::change(tx, call.id("id")?, &wanted)?;
            Ok(Reply::redirect(ADDRESS).notice("success", "The sequence is saved."))
        },
    );
    routes.page(Method::POST, "/admin/ocart-recovery/runs/{id}/stop").requires(OCART_MANAGE_RECOVERY).unit(
        |call, tx| {
            commands::stop(tx, call.id("id")?)?;
            Ok(Reply::redirect(ADDRESS).notice("success", "The run is stopped."))
        },
    );
}

/// Steps come as `delay_0`, `template_0`, …; a row without a delay is no step.
fn wanted(form: &Form) -> Result<Wanted, Fault> {
    let mut steps = Vec::new();
    for row in 0..STEPS {
        let delay = format!("delay_{row}");
        if !form.text(&delay).is_empty() {
            steps.push(SequenceStep {
                channel: "email".to_owned(),
                delay_min: form.integer(&delay, 0, 10_080)?,
                template: form.text(&format!("template_{row}")).to_owned(),
            });
        }
    }
    let status = if form.checked("active") { "active" } else { "paused" };
    Ok(Wanted {
        name: Some(form.text("name").to_owned()),
        steps: Some(steps),
        status: Some(status.to_owned()),
    })
}

fn sequence_shown(sequence: &Sequence) -> minijinja::Value {
    let rows: Vec<minijinja::Value> = (0..STEPS)
        .map(|row| {
            let step = sequence.steps.get(row);
            context! {
                row => row, number => row + 1,
                delay => step.map(|step| step.delay_min.to_string()).unwrap_or_default(),
                template => step.map_or(RECOVERY_TEMPLATES[row], |step| step.template.as_str()),
            }
        })
        .collect();
    context! {
        id => sequence.id.0, name => sequence.name, active => sequence.status == "active",
        status => sequence.status, rows => rows,
    }
}

fn run_shown(run: &RunRow, zone: &str) -> minijinja::Value {
    let revenue = run.revenue_recovered.in_currency("revenue_recovered", run.currency).map(Money::display);
    let converted = run.status == "converted";
    context! {
        id => run.id.0, session_id => run.session_id, status => run.status,
        reason => run.stop_reason.replace('_', " "), step => run.current_step,
        revenue => if converted { revenue.unwrap_or_default() } else { String::new() },
        started => run.started_at.display(zone), open => matches!(run.status.as_str(), "pending" | "running"),
    }
}

fn show(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let mut paging = call.paging(&["id"])?;
    paging.per_page = PER_PAGE;
    let wanted = call.query("status").unwrap_or_default();
    let status = if queries::STATUSES.contains(&wanted) { wanted } else { "" };
    let runs = queries::runs(tx, status, &paging)?;
    let zone = call.engine.zone();
    Ok(Reply::page(
        "recovery/recovery.html",
        context! {
            sequences => queries::sequences(tx)?.iter().map(sequence_shown).collect::<Vec<_>>(),
            rejected => suppression::store::rejected(tx)?
                .map(|(detail, at)| context! { detail => detail, at => at.display(zone) }),
            held => runtime::held_since(tx)?.map(|since| since.display(zone)),
            letters => RECOVERY_TEMPLATES,
            runs => runs.rows.iter().map(|run| run_shown(run, zone)).collect::<Vec<_>>(),
            statuses => queries::STATUSES, status => status, total => runs.total, page => paging.page,
            pages => (runs.total + i64::from(PER_PAGE) - 1) / i64::from(PER_PAGE),
        },
    ))
}
