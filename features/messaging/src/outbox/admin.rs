//! `/admin/outbox`: the mails that were kept.

use http::Method;
use kernel::capability::MANAGE_WOOCOMMERCE;
use web::{Reply, Routes, Template, context};

use super::store;

/// Templates of the slice.
pub(crate) const TEMPLATES: &[Template] = &[
    ("messaging/outbox.html", include_str!("pages/outbox.html")),
    ("messaging/mail.html", include_str!("pages/mail.html")),
];

const PER_PAGE: u32 = 30;

/// A stored letter runs nothing and loads nothing but pictures; its links open outside the frame.
const LETTER_POLICY: &str = "default-src 'none'; img-src 'self' data: https: http:; style-src 'unsafe-inline'; \
                             frame-ancestors 'self'; form-action 'none'; \
                             sandbox allow-popups allow-popups-to-escape-sandbox";

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, "/admin/outbox").requires(MANAGE_WOOCOMMERCE).read(|call, tx| {
        let mut paging = call.paging(&["id"])?;
        paging.per_page = PER_PAGE;
        let page = store::list(tx, &paging)?;
        let zone = call.engine.zone();
        let mails: Vec<minijinja::Value> = page
            .rows
            .iter()
            .map(|mail| {
                context! {
                    id => mail.id, recipient => mail.recipient, subject => mail.subject,
                    sent => mail.created_at.display(zone),
                }
            })
            .collect();
        let pages = (page.total + i64::from(PER_PAGE) - 1) / i64::from(PER_PAGE);
        Ok(Reply::page(
            "messaging/outbox.html",
            context! { mails => mails, total => page.total, search => paging.search, page => paging.page,
            pages => pages, in_use => call.engine.mailer().name() == "outbox" },
        ))
    });
    routes.page(Method::GET, "/admin/outbox/{id}").requires(MANAGE_WOOCOMMERCE).read(|call, tx| {
        let mail = store::get(tx, call.id("id")?)?;
        Ok(Reply::page(
            "messaging/mail.html",
            context! {
                id => mail.id, sender => mail.sender, sender_name => mail.sender_name, recipient => mail.recipient,
                subject => mail.subject, text => mail.text, has_html => !mail.html.is_empty(),
                sent => mail.created_at.display(call.engine.zone()),
                headers => mail.headers.iter().map(|(name, value)| context! { name => name, value => value })
                    .collect::<Vec<_>>(),
            },
        ))
    });
    routes.page(Method::GET, "/admin/outbox/{id}/html").requires(MANAGE_WOOCOMMERCE).read(|call, tx| {
        let mail = store::get(tx, call.id("id")?)?;
        let html = mail.html.replacen("<head>", "<head><base target=\"_blank\">", 1);
        Ok(Reply::bytes("text/html; charset=utf-8", html).header("content-security-policy", LETTER_POLICY))
    });
}
