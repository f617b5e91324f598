//! Mail on its way to the people of the world: kept for them, and handed on.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use runtime::ports::{Mail, MailError, Mailer};

/// Hands mail on and lets the people of the world read their own.
pub struct Mailbox {
    onward: Arc<dyn Mailer>,
    unread: Mutex<HashMap<String, Vec<Mail>>>,
    sent: AtomicUsize,
}

impl std::fmt::Debug for Mailbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Mailbox")
    }
}

impl Mailbox {
    /// Before another mailer.
    #[must_use]
    pub fn before(onward: Arc<dyn Mailer>) -> Arc<Self> {
        Arc::new(Self { onward, unread: Mutex::default(), sent: AtomicUsize::new(0) })
    }

    /// Takes out what has come for an address since the last look.
    #[must_use]
    pub fn read(&self, address: &str) -> Vec<Mail> {
        let mut unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        unread.remove(&kernel::text::normal_email(address)).unwrap_or_default()
    }

    /// How many mails have gone out.
    #[must_use]
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }

    /// Addresses that mail has come for.
    #[must_use]
    pub fn addressees(&self) -> Vec<String> {
        let unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        let mut addresses: Vec<String> = unread.keys().cloned().collect();
        addresses.sort_unstable();
        addresses
    }
}

#[async_trait]
impl Mailer for Mailbox {
    fn name(&self) -> &'static str {
        self.onward.name()
    }

    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        self.onward.send(mail).await?;
        self.sent.fetch_add(1, Ordering::SeqCst);
        let mut unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        unread.entry(kernel::text::normal_email(&mail.to)).or_default().push(mail.clone());
        Ok(())
    }
}
