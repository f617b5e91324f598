//! Shoppers and their mail: some come back through it, some want no more.

use kernel::Fault;

use crate::purchase::Intent;
use crate::shopper::{Scene, Shopper};

/// What came of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Nothing.
    Ignored,
    /// Bought what had been left.
    Bought,
    /// Wants no more mail.
    Unsubscribed,
}

impl Shopper {
    /// Reads what has come and does what it says, or not.
    pub(crate) async fn read_mail(&mut self, scene: &mut Scene<'_>) -> Result<Reading, Fault> {
        let mails = std::mem::take(&mut self.opened);
        let mut newest = mails.iter().rev();
        let Some(letter) =
            newest.find_map(|mail| address(&mail.text, "/restore/").map(|restore| (mail, restore)))
        else {
            return Ok(Reading::Ignored);
        };
        match scene.chance.below(100) {
            0..=19 => {}
            20..=23 => return self.unsubscribe(scene, &letter.0.text).await,
            _ => return Ok(Reading::Ignored),
        }
        let back = self.open(scene, &letter.1).await?;
        scene.tally.visits += 1;
        scene.tally.returned += 1;
        if !back.path.starts_with("/checkout/") || !scene.chance.percent(72) {
            return Ok(Reading::Ignored);
        }
        let bought = self.check_out(scene, Intent::Buy).await?;
        scene.tally.regained += usize::from(bought);
        Ok(if bought { Reading::Bought } else { Reading::Ignored })
    }

    async fn unsubscribe(&mut self, scene: &mut Scene<'_>, letter: &str) -> Result<Reading, Fault> {
        let Some(path) = address(letter, "/unsubscribe/") else { return Ok(Reading::Ignored) };
        let asked = self.open(scene, &path).await?;
        if let Some(form) = asked.form_to(&path) {
            self.send(scene, &asked, &form).await?;
            scene.tally.unsubscribed += 1;
        }
        Ok(Reading::Unsubscribed)
    }
}

/// The first address of a letter that leads to such a page, as a path.
pub(crate) fn address(letter: &str, part: &str) -> Option<String> {
    let word = letter.split_whitespace().find(|word| word.contains(part))?;
    let word = word.trim_matches(|character: char| matches!(character, '<' | '>' | '(' | ')' | '.' | ','));
    Some(crate::browser::inside(word))
}
