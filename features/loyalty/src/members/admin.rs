//! `/admin/oloyalty-members`: who is a member, and everything about one.

use http::Method;
use kernel::capability::OLOYALTY_MANAGE_MEMBERS;
use kernel::ids::MemberId;
use kernel::{Fault, text};
use runtime::Tx;
use runtime::engine::Surroundings;
use runtime::settings::{Settings, oloyalty as keys};
use web::{Call, Reply, Routes, Template, context};

use super::commands::{self, Ban};
use super::model::{Member, MemberFilter};
use super::queries;
use crate::ledger;
use crate::ledger::commands::Adjust;
use crate::ledger::model::{LedgerFilter, grouped, signed};
use crate::tiers;
use crate::tiers::model::times;

/// Templates of the slice for staff.
pub const LIST: Template = ("loyalty/members.html", include_str!("pages/list.html"));
/// A member's page.
pub const MEMBER: Template = ("loyalty/member.html", include_str!("pages/member.html"));

const LIST_PATH: &str = "/admin/oloyalty-members";
const MEMBER_PATH: &str = "/admin/oloyalty-members/{id}";
const ROWS: u32 = 50;
const ENTRIES: u32 = 25;

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, LIST_PATH).requires(OLOYALTY_MANAGE_MEMBERS).read(list);
    routes.page(Method::GET, MEMBER_PATH).requires(OLOYALTY_MANAGE_MEMBERS).read(show);
    routes
        .page(Method::POST, &format!("{MEMBER_PATH}/adjust"))
        .requires(OLOYALTY_MANAGE_MEMBERS)
        .unit(|call, tx| answer(call, tx, adjust));
    routes
        .page(Method::POST, &format!("{MEMBER_PATH}/ban"))
        .requires(OLOYALTY_MANAGE_MEMBERS)
        .unit(|call, tx| answer(call, tx, ban));
    routes
        .page(Method::POST, &format!("{MEMBER_PATH}/unban"))
        .requires(OLOYALTY_MANAGE_MEMBERS)
        .unit(|call, tx| answer(call, tx, unban));
}

fn pages(total: i64, rows: u32) -> i64 {
    (total + i64::from(rows) - 1) / i64::from(rows)
}

fn list(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let mut paging = call.paging(&queries::ORDER_COLUMNS)?;
    paging.per_page = ROWS;
    let filter = super::rest::filter(call)?;
    let tiers = tiers::queries::all(tx)?;
    let page = queries::list(tx, &paging, &filter)?;
    let zone = tx.zone().to_owned();
    let name = |slug: &str| tiers.iter().find(|tier| tier.slug == slug).map(|tier| tier.name.clone());
    let members: Vec<minijinja::Value> = page
        .rows
        .iter()
        .map(|member| {
            context! {
                id => member.id.0, email => member.email, user_id => member.user_id.0, tier_name => name(&member.tier),
                status => member.status, balance => grouped(member.points_balance),
                lifetime => grouped(member.lifetime_earned), enrolled => member.enrolled_at.display(&zone),
            }
        })
        .collect();
    let choices: Vec<minijinja::Value> =
        tiers.iter().map(|tier| context! { slug => tier.slug, name => tier.name }).collect();
    Ok(Reply::page(
        LIST.0,
        context! {
            members => members, tiers => choices, tier => filter.tier, status => filter.status, search => paging.search,
            total => grouped(page.total), address => address(&paging.search, &filter), page => paging.page,
            pages => pages(page.total, ROWS),
        },
    ))
}

fn address(search: &str, filter: &MemberFilter) -> String {
    let pairs = [("search", search), ("tier", &filter.tier), ("status", &filter.status)];
    let mut address = format!("{LIST_PATH}?");
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        let value = percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC);
        address.push_str(&format!("{name}={value}&"));
    }
    address
}

fn show(call: &Call, tx: &mut Tx) -> Result<Reply, Fault> {
    let member = queries::get(tx, call.id("id")?)?;
    let mut paging = call.paging(&ledger::queries::ORDER_COLUMNS)?;
    paging.per_page = ENTRIES;
    let page = ledger::queries::list(tx, member.id, &paging, &LedgerFilter::default())?;
    let progress = tiers::queries::progress(tx, &member)?;
    let grace = Settings::load(tx, keys::OPTION)?.integer(&keys::TIERS_DOWNGRADE_GRACE_DAYS);
    let (zone, now) = (tx.zone().to_owned(), tx.now());
    let entries: Vec<minijinja::Value> = page
        .rows
        .iter()
        .map(|entry| {
            context! {
                seq => entry.seq, title => entry.title(), kind => entry.kind, points => signed(entry.points),
                balance => grouped(entry.balance_after), at => entry.created_at.display(&zone),
            }
        })
        .collect();
    let next = progress.next.as_ref().map(|tier| {
        context! { name => tier.name, missing => grouped(progress.missing), percent => progress.percent }
    });
    let tier = context! {
        name => progress.tier.name, multiplier => times(progress.tier.multiplier()),
        since => member.tier_changed_at.map(|at| at.display(&zone)),
        grace_until => member.below_since.map(|since| since.plus_days(grace).display(&zone)),
    };
    Ok(Reply::page(
        MEMBER.0,
        context! {
            member => shown(&member, &zone), tier => tier, next => next, entries => entries, total => grouped(page.total),
            address => format!("{}?", page_of(member.id)), page => paging.page, pages => pages(page.total, ENTRIES),
            key => tx.entropy().uuid(now),
        },
    ))
}

fn shown(member: &Member, zone: &str) -> minijinja::Value {
    context! {
        id => member.id.0, user_id => member.user_id.0, email => member.email, status => member.status,
        status_reason => member.status_reason, code => member.referral_code, balance => grouped(member.points_balance),
        lifetime => grouped(member.lifetime_earned), redeemed => grouped(member.lifetime_redeemed),
        enrolled => member.enrolled_at.display(zone),
    }
}

fn page_of(id: MemberId) -> String {
    format!("{LIST_PATH}/{id}")
}

/// Back to the member's page with what was done, or why not. A refusal has written nothing.
fn answer(
    call: &Call,
    tx: &mut Tx,
    work: fn(&Call, &mut Tx, MemberId) -> Result<String, Fault>,
) -> Result<Reply, Fault> {
    let member = queries::get(tx, call.id("id")?)?;
    let back = Reply::redirect(&page_of(member.id));
    match work(call, tx, member.id) {
        Ok(done) => Ok(back.notice("success", &done)),
        Err(fault) if fault.status() < 500 => {
            let problem = fault.params.iter().next().map(|(field, problem)| format!("{field}: {problem}"));
            Ok(back.notice("error", &problem.unwrap_or(fault.message)))
        }
        Err(fault) => Err(fault),
    }
}

fn adjust(call: &Call, tx: &mut Tx, id: MemberId) -> Result<String, Fault> {
    let form = call.form();
    let points = form.text("points").replace([',', ' '], "");
    let adjust = Adjust {
        points: points
            .parse()
            .map_err(|_| Fault::invalid("points", "Enter a whole number such as +500 or -500."))?,
        reason: form.text("reason").to_owned(),
        force: form.checked("force"),
    };
    let key = text::line("key", form.text("key"), 36)?;
    let done = ledger::commands::adjust(tx, id, &adjust, &format!("page:{}", kernel::hash::sha256(key)))?;
    Ok(format!("Balance {} → {}.", grouped(done.balance_before), grouped(done.balance_after)))
}

fn ban(call: &Call, tx: &mut Tx, id: MemberId) -> Result<String, Fault> {
    let form = call.form();
    let ban = Ban { status: form.text("status").to_owned(), reason: form.text("reason").to_owned() };
    commands::ban(tx, id, &ban)?;
    Ok("The member is shut out. Points are kept.".to_owned())
}

fn unban(_: &Call, tx: &mut Tx, id: MemberId) -> Result<String, Fault> {
    commands::unban(tx, id)?;
    Ok("The member is let in again.".to_owned())
}
