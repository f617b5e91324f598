//! Unpaid orders give their stock back; refunds that were cut short are carried on.

use runtime::settings::shop as setting;
use runtime::{Actor, Schedule, Settings, Urgency};

use super::{commands, commands_refund, store};

/// A refund that has waited this long was cut short.
const REFUND_WAIT_SECONDS: i64 = 60;

/// Cancels orders that were not paid in time (`woocommerce_cancel_unpaid_orders`).
#[must_use]
pub fn cancel_unpaid() -> Schedule {
    Schedule::new(
        "woocommerce_cancel_unpaid_orders",
        300,
        "Cancels orders that were not paid in time",
        |engine| async move {
            let unpaid = engine
                .read(|tx| {
                    let minutes = Settings::load(tx, setting::OPTION)?.integer(&setting::STOCK_HOLD_MINUTES);
                    if minutes == 0 {
                        return Ok(Vec::new());
                    }
                    let before = tx.now().plus_minutes(-minutes);
                    store::unpaid(tx, before)
                })
                .await?;
            for id in unpaid {
                engine
                    .write(Actor::system(), move |tx| {
                        let order = commands::hold(tx, id)?;
                        if order.status == "pending" && order.created_via == "checkout" {
                            commands::change_status(
                                tx,
                                order,
                                "cancelled",
                                "Unpaid order cancelled - time limit reached.",
                            )?;
                        }
                        Ok(())
                    })
                    .await?;
            }
            Ok(())
        },
    )
}

/// Carries on with refunds that were cut short.
#[must_use]
pub fn resume_refunds() -> Schedule {
    Schedule::new(
        "cartwright/shop/resume_refunds",
        60,
        "Carries on with refunds that were cut short",
        |engine| async move {
            let waiting = engine
                .read(|tx| {
                    let before = tx.now().plus_seconds(-REFUND_WAIT_SECONDS);
                    store::waiting_refunds(tx, before)
                })
                .await?;
            for id in waiting {
                if let Err(fault) = commands_refund::resume(&engine, id).await {
                    tracing::warn!(refund = id.0, code = fault.code, "a refund waits for its gateway");
                }
            }
            Ok(())
        },
    )
    .urgency(Urgency::Money)
}
