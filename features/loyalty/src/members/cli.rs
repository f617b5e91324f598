//! `cartwright oloyalty member list|show`.

use kernel::ids::{MemberId, UserId};
use kernel::{Fault, Paging};
use runtime::Tx;
use web::command::{Arguments, option, positional};
use web::{Command, Output};

use super::model::{Member, MemberFilter};
use super::queries;

const FIELDS: [&str; 8] =
    ["id", "user_id", "email", "tier", "points_balance", "lifetime_earned", "status", "enrolled_at"];
const DETAILS: [&str; 11] = [
    "id",
    "user_id",
    "email",
    "tier",
    "points_balance",
    "lifetime_earned",
    "lifetime_redeemed",
    "status",
    "referral_code",
    "ledger_seq",
    "enrolled_at",
];

pub(crate) fn commands() -> Vec<Command> {
    vec![list(), show()]
}

fn list() -> Command {
    Command::new(
        &["oloyalty", "member", "list"],
        "List members",
        |command| {
            command
                .arg(option("tier", "Only this tier, such as gold"))
                .arg(option("status", "active, suspended or banned"))
                .arg(option("search", "Part of an address or a referral code"))
        },
        |engine, arguments| async move {
            let text = |name: &str| arguments.get(name).unwrap_or_default().to_lowercase();
            let filter = MemberFilter { tier: text("tier"), status: text("status") };
            let mut paging = Paging::first(100_000);
            paging.descending = false;
            paging.search = text("search");
            let page = engine.read(move |tx| queries::list(tx, &paging, &filter)).await?;
            Ok(Output::rows(&FIELDS, &page.rows))
        },
    )
}

fn show() -> Command {
    Command::new(
        &["oloyalty", "member", "show"],
        "Show a member",
        |command| {
            command.arg(positional("member", "Account id; with --by=member the member's own id")).arg(by())
        },
        |engine, arguments| async move {
            let who = Who::read(&arguments)?;
            let member = engine.read(move |tx| who.find(tx)).await?;
            Ok(Output::item(&DETAILS, &member))
        },
    )
}

/// `--by`, for every command that takes a member.
pub(crate) fn by() -> clap::Arg {
    option("by", "What the number is: user (the default) or member")
}

/// How a command names a member. Both kinds of id are small numbers, so only one of them is taken at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Who {
    User(UserId),
    Member(MemberId),
}

impl Who {
    pub(crate) fn read(arguments: &Arguments) -> Result<Self, Fault> {
        match arguments.get("by").unwrap_or("user") {
            "user" => Ok(Self::User(arguments.id("member")?)),
            "member" => Ok(Self::Member(arguments.id("member")?)),
            _ => Err(Fault::invalid("by", "Use user or member.")),
        }
    }

    pub(crate) fn find(self, tx: &mut Tx) -> Result<Member, Fault> {
        match self {
            Self::User(user) => queries::of_user(tx, user)?.ok_or_else(|| Fault::not_found("member")),
            Self::Member(id) => queries::get(tx, id),
        }
    }
}
