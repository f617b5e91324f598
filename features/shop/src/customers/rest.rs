//! `wc/v3` customers.

use http::Method;
use kernel::contracts::accounts::{Account, ChangeAccount, EnsureCustomer, FindAccount, ListAccounts};
use kernel::contracts::shop::Address;
use kernel::ids::UserId;
use kernel::{Fault, Moment, Page, capability};
use runtime::engine::Surroundings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Call, Reply, Routes};

use super::store;
use crate::carts::rules::kept_address;
use crate::products::rest_model::local;
use crate::wire::{AddressBody, Meta, MetaBody, ROWS, check_context, merge_meta};

/// A customer as `wc/v3` shows it.
#[derive(Debug, Serialize, JsonSchema)]
struct CustomerReply {
    id: UserId,
    date_created: String,
    date_created_gmt: String,
    email: String,
    first_name: String,
    last_name: String,
    role: String,
    username: String,
    billing: Address,
    shipping: Address,
    is_paying_customer: bool,
    avatar_url: String,
    meta_data: Vec<Meta>,
}

/// A customer to make or to change.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct CustomerBody {
    email: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    username: Option<String>,
    password: Option<String>,
    billing: Option<AddressBody>,
    shipping: Option<AddressBody>,
    meta_data: Option<Vec<MetaBody>>,
}

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wc/v3", "/customers")
        .summary("Customers.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .paged()
        .queries(&ROWS)
        .query("email", "Only this address.")
        .query("role", "Only this role; customer unless said, all for everyone.")
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
    for method in web::CHANGES {
        routes
            .rest(method, "wc/v3", "/customers/{id}")
            .summary("Change a customer.")
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
    let (addresses, meta_data, is_paying_customer, zone) = call
        .engine
        .read(move |tx| {
            let known = store::find(tx, id)?.unwrap_or_default();
            Ok((known, store::meta(tx, id)?, store::has_paid(tx, id)?, tx.zone().to_owned()))
        })
        .await?;
    let (billing, shipping) = addresses;
    let mut names = account.display_name.splitn(2, ' ').map(str::to_owned);
    let (first, last) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    let own = |own: String, billing: &str, shown: String| {
        [own, billing.to_owned(), shown].into_iter().find(|name| !name.is_empty()).unwrap_or_default()
    };
    Ok(CustomerReply {
        id,
        date_created: local(account.registered_at, &zone),
        date_created_gmt: Moment::woocommerce(account.registered_at),
        email: account.email,
        first_name: own(account.first_name, &billing.first_name, first),
        last_name: own(account.last_name, &billing.last_name, last),
        role: account.roles.first().cloned().unwrap_or_default(),
        username: account.login,
        billing,
        shipping,
        is_paying_customer,
        avatar_url: String::new(),
        meta_data,
    })
}

async fn list(call: Call) -> Result<Reply, Fault> {
    check_context(&call)?;
    let paging = call.paging_from(&["name", "id", "registered_date", "include"], "asc")?;
    let roles = ["all", "administrator", "shop_manager", "customer"];
    let email = call.query("email").map(str::trim).filter(|email| !email.is_empty());
    // Whoever asks for an address means that account, whatever its role.
    let usual = if email.is_some() { "all" } else { "customer" };
    let role = call.choice("role", &roles)?.unwrap_or_else(|| usual.to_owned());
    let wanted = ListAccounts {
        role: Some(role).filter(|role| role != "all"),
        email: email.map(|email| kernel::text::email("email", email)).transpose()?,
        search: paging.search.clone(),
        include: call.ids("include")?,
        exclude: call.ids("exclude")?,
        orderby: paging.orderby.clone(),
        descending: paging.descending,
        offset: paging.offset(),
        limit: i64::from(paging.per_page),
    };
    let accounts: Page<Account> = call.engine.ask(wanted).await?;
    let mut rows = Vec::new();
    for account in accounts.rows {
        rows.push(reply(&call, account).await?);
    }
    Ok(Reply::list(&Page { rows, total: accounts.total }, &paging))
}

async fn create(call: Call) -> Result<Reply, Fault> {
    let body: CustomerBody = call.lenient_body()?;
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
    let fresh = Address { email: email.clone(), ..Address::default() };
    let billing = kept_address("billing", &body.billing.clone().unwrap_or_default().onto(&fresh))?;
    let shipping =
        kept_address("shipping", &body.shipping.clone().unwrap_or_default().onto(&Address::default()))?;
    let mut meta = Vec::new();
    merge_meta(&mut meta, body.meta_data.as_deref().unwrap_or_default())?;
    let name = |field: &str, name: Option<String>| {
        kernel::text::optional_line(field, &name.unwrap_or_default(), 100)
    };
    let account = call
        .engine
        .ask(EnsureCustomer {
            email,
            first_name: name("first_name", body.first_name)?,
            last_name: name("last_name", body.last_name)?,
            password: body.password,
        })
        .await?;
    let id = account.id;
    call.engine
        .write(call.caller.actor(), move |tx| {
            store::put(tx, id, &billing, &shipping)?;
            store::put_meta(tx, id, &meta)
        })
        .await?;
    Ok(Reply::created(&reply(&call, account).await?))
}

/// What is named of the account itself, when it says something new.
fn of_account(
    account: &Account,
    shown: &CustomerReply,
    body: &CustomerBody,
) -> Result<Option<ChangeAccount>, Fault> {
    if body.username.as_ref().is_some_and(|name| !name.is_empty() && *name != account.login) {
        return Err(Fault::invalid("username", "A login name cannot be changed. Leave it out."));
    }
    let fresh = |named: &Option<String>, shown: &str| named.clone().filter(|named| named != shown);
    let change = ChangeAccount {
        id: account.id,
        email: fresh(&body.email, &shown.email),
        first_name: fresh(&body.first_name, &shown.first_name),
        last_name: fresh(&body.last_name, &shown.last_name),
        password: body.password.clone().filter(|password| !password.is_empty()),
    };
    let any = change.email.is_some()
        || change.first_name.is_some()
        || change.last_name.is_some()
        || change.password.is_some();
    Ok(any.then_some(change))
}

async fn change(call: Call) -> Result<Reply, Fault> {
    let account = must(&call).await?;
    let body: CustomerBody = call.lenient_body()?;
    let shown = reply(&call, account.clone()).await?;
    let own = of_account(&account, &shown, &body)?;
    let id = account.id;
    // What can be refused is looked at before anything is written.
    let (billing, shipping) = (shown.billing, shown.shipping);
    let named = |body: &Option<AddressBody>, known: &Address, field: &str| {
        body.as_ref().map(|body| kept_address(field, &body.onto(known))).transpose()
    };
    named(&body.billing, &billing, "billing")?;
    named(&body.shipping, &shipping, "shipping")?;
    merge_meta(&mut store_meta(&call, id).await?, body.meta_data.as_deref().unwrap_or_default())?;
    let account = match own {
        Some(own) => call.engine.ask(own).await?,
        None => account,
    };
    call.engine
        .write(call.caller.actor(), move |tx| {
            store::hold(tx, id)?;
            let known = store::find(tx, id)?;
            let (billing, shipping) = known.clone().unwrap_or_default();
            let billing = named(&body.billing, &billing, "billing")?.unwrap_or(billing);
            let shipping = named(&body.shipping, &shipping, "shipping")?.unwrap_or(shipping);
            if known != Some((billing.clone(), shipping.clone())) {
                store::put(tx, id, &billing, &shipping)?;
            }
            let mut meta = store::meta(tx, id)?;
            let before = meta.clone();
            merge_meta(&mut meta, body.meta_data.as_deref().unwrap_or_default())?;
            if meta == before { Ok(()) } else { store::put_meta(tx, id, &meta) }
        })
        .await?;
    Ok(Reply::json(&reply(&call, account).await?))
}

async fn store_meta(call: &Call, id: UserId) -> Result<Vec<Meta>, Fault> {
    call.engine.read(move |tx| store::meta(tx, id)).await
}
