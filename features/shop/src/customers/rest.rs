//! `wc/v3` customers.

use http::Method;
use kernel::contracts::accounts::{Account, EnsureCustomer, FindAccount};
use kernel::contracts::shop::Address;
use kernel::ids::UserId;
use kernel::{Fault, Page, capability};
use runtime::Actor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Call, Reply, Routes};

use super::store;
use crate::carts::rules::checked_address;

/// A customer as `wc/v3` shows it.
#[derive(Debug, Serialize, JsonSchema)]
struct CustomerReply {
    id: UserId,
    email: String,
    first_name: String,
    last_name: String,
    role: String,
    username: String,
    billing: Address,
    shipping: Address,
    is_paying_customer: bool,
    avatar_url: String,
    meta_data: Vec<String>,
}

/// A customer to make or to change.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct CustomerBody {
    id: Option<i64>,
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    username: Option<String>,
    password: Option<String>,
    billing: Option<Address>,
    shipping: Option<Address>,
}

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wc/v3", "/customers")
        .summary("Customers.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .paged()
        .query("email", "Only this address.")
        .replies::<Vec<CustomerReply>>()
        .flow(list);
    routes
        .rest(Method::POST, "wc/v3", "/customers")
        .summary("Make a customer.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .body::<CustomerBody>()
        .replies::<CustomerReply>()
        .status(201)
        .flow(create);
    routes
        .rest(Method::GET, "wc/v3", "/customers/{id}")
        .summary("A customer.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<CustomerReply>()
        .flow(|call: Call| async move {
            let account = must(&call).await?;
            Ok(Reply::json(&reply(&call, account).await?))
        });
    for method in [Method::PUT, Method::PATCH] {
        routes
            .rest(method, "wc/v3", "/customers/{id}")
            .summary("Change a customer's addresses.")
            .requires(capability::MANAGE_WOOCOMMERCE)
            .body::<CustomerBody>()
            .replies::<CustomerReply>()
            .flow(change);
    }
}

async fn must(call: &Call) -> Result<Account, Fault> {
    let id: UserId = call.id("id")?;
    call.engine.ask(FindAccount::Id(id)).await?.ok_or_else(|| {
        Fault::new(kernel::FaultKind::NotFound, "woocommerce_rest_invalid_id", "Invalid resource ID.")
    })
}

async fn reply(call: &Call, account: Account) -> Result<CustomerReply, Fault> {
    let id = account.id;
    let (billing, shipping) = call.engine.read(move |tx| store::find(tx, id)).await?.unwrap_or_default();
    let mut names = account.display_name.splitn(2, ' ').map(str::to_owned);
    let (first, last) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    Ok(CustomerReply {
        id,
        email: account.email,
        first_name: if billing.first_name.is_empty() { first } else { billing.first_name.clone() },
        last_name: if billing.last_name.is_empty() { last } else { billing.last_name.clone() },
        role: account.roles.first().cloned().unwrap_or_default(),
        username: account.login,
        billing,
        shipping,
        is_paying_customer: false,
        avatar_url: String::new(),
        meta_data: Vec::new(),
    })
}

async fn list(call: Call) -> Result<Reply, Fault> {
    let paging = call.paging(&["id", "registered_date", "name", "include"])?;
    let accounts: Page<Account> = if let Some(email) = call.query("email") {
        let found: Vec<Account> =
            call.engine.ask(FindAccount::Email(email.to_owned())).await?.into_iter().collect();
        Page { total: i64::try_from(found.len()).unwrap_or(0), rows: found }
    } else {
        let (limit, offset) = (i64::from(paging.per_page), paging.offset());
        let page = call.engine.read(move |tx| store::list(tx, limit, offset)).await?;
        let mut rows = Vec::new();
        for id in page.rows {
            rows.extend(call.engine.ask(FindAccount::Id(id)).await?);
        }
        Page { rows, total: page.total }
    };
    let mut rows = Vec::new();
    for account in accounts.rows {
        rows.push(reply(&call, account).await?);
    }
    Ok(Reply::list(&Page { rows, total: accounts.total }, &paging))
}

async fn create(call: Call) -> Result<Reply, Fault> {
    let body: CustomerBody = call.body()?;
    let email = body.email.clone().ok_or_else(|| Fault::missing("email"))?;
    let email = kernel::text::email("email", &email)?;
    if call.engine.ask(FindAccount::Email(email.clone())).await?.is_some() {
        return Err(Fault::new(
            kernel::FaultKind::Invalid,
            "registration-error-email-exists",
            "An account is already registered with this address.",
        )
        .and_invalid("email", "Choose another address."));
    }
    let billing = checked_address("billing", &body.billing.clone().unwrap_or_default())?;
    let shipping = checked_address("shipping", &body.shipping.clone().unwrap_or_default())?;
    let account = call
        .engine
        .ask(EnsureCustomer {
            email: email.clone(),
            first_name: kernel::text::optional_line("first_name", &body.first_name.unwrap_or_default(), 100)?,
            last_name: kernel::text::optional_line("last_name", &body.last_name.unwrap_or_default(), 100)?,
            password: body.password,
        })
        .await?;
    let id = account.id;
    call.engine
        .write(call.caller.actor(), move |tx| {
            let billing = Address { email: email.clone(), ..billing.clone() };
            store::put(tx, id, &billing, &shipping)
        })
        .await?;
    Ok(Reply::created(&reply(&call, account).await?))
}

async fn change(call: Call) -> Result<Reply, Fault> {
    let account = must(&call).await?;
    let body: CustomerBody = call.body()?;
    for (field, named) in [
        ("username", body.username.is_some()),
        ("password", body.password.is_some()),
        ("email", body.email.is_some()),
    ] {
        if named {
            return Err(Fault::invalid(field, "Change this in the account itself, below Users."));
        }
    }
    let billing = body.billing.as_ref().map(|address| checked_address("billing", address)).transpose()?;
    let shipping = body.shipping.as_ref().map(|address| checked_address("shipping", address)).transpose()?;
    let id = account.id;
    let actor: Actor = call.caller.actor();
    call.engine
        .write(actor, move |tx| {
            let (known_billing, known_shipping) = store::find(tx, id)?.unwrap_or_default();
            let billing = billing.clone().unwrap_or(known_billing);
            let shipping = shipping.clone().unwrap_or(known_shipping);
            store::put(tx, id, &billing, &shipping)
        })
        .await?;
    Ok(Reply::json(&reply(&call, account).await?))
}
