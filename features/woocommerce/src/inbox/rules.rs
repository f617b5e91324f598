//! What of an announcement is kept, and under which subject.

use kernel::Moment;

use super::model::Announcement;

/// Announcements of one batch; more are a 400.
pub const MOST: usize = 500;

/// The names there are.
pub const NAMES: [&str; 5] = ["order", "cart", "review", "customer", "user"];

/// Why the announcement is set aside at once, if it is.
#[must_use]
pub fn problem(announcement: &Announcement) -> &'static str {
    if !NAMES.contains(&announcement.name.as_str()) {
        "no such kind of announcement"
    } else if announcement.name == "order" && announcement.order_id <= 0 {
        "no order is named"
    } else {
        ""
    }
}

/// The subject under which it is worked off: an order's own, whatever the store calls it.
#[must_use]
pub fn subject(announcement: &Announcement) -> String {
    if announcement.name == "order" {
        return format!("order:{}", announcement.order_id);
    }
    let given = announcement.subject.trim();
    let subject = if given.is_empty() { announcement.name.as_str() } else { given };
    subject.chars().take(191).collect()
}

/// When it was written there; now, when the store does not say.
#[must_use]
pub fn said_at(announcement: &Announcement, now: Moment) -> Moment {
    announcement.at.as_deref().and_then(Moment::parse).unwrap_or(now)
}
