//! A feature's manifest.

use std::collections::BTreeMap;

use db::Tx;
use kernel::Fault;
use runtime::Module;

use crate::call::Call;
use crate::caller::Authenticator;
use crate::command::Command;
use crate::render::Template;
use crate::routes::Routes;

/// An entry of the admin's navigation.
#[derive(Debug, Clone, Copy)]
pub struct MenuItem {
    /// `OCart`, `OLoyalty` or `CartBay`.
    pub group: &'static str,
    /// What is read.
    pub title: &'static str,
    /// Slug below `/admin/`.
    pub slug: &'static str,
    /// Who sees it.
    pub capability: &'static str,
    /// Order within the group, as in the specification's menu.
    pub position: u32,
}

/// A piece of a page that another feature owns.
#[derive(Debug, Clone)]
pub struct Fragment {
    /// Template.
    pub template: &'static str,
    /// Context.
    pub context: minijinja::Value,
}

/// Fills a slot such as `my_account` or `thank_you`. `subject` is what the page is about, such as the order's id.
#[derive(Clone, Copy)]
pub struct FragmentSlot {
    /// Slot name.
    pub slot: &'static str,
    /// Order within the slot.
    pub position: u32,
    /// Makes the piece, or nothing.
    pub render: fn(&Call, &mut Tx, subject: i64) -> Result<Option<Fragment>, Fault>,
}

impl std::fmt::Debug for FragmentSlot {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.slot)
    }
}

/// Adds to what every page's frame shows (shop name, units in the cart …), by name.
pub type Layout = fn(&Call, &mut Tx, &mut BTreeMap<String, minijinja::Value>) -> Result<(), Fault>;

/// Reads the origin (`https://shop.example`) that may show the admin's pages in a frame of its own pages, if there is one.
pub type FramedBy = fn(&mut Tx) -> Result<Option<String>, Fault>;

/// A feature's manifest: everything it brings, in one place.
#[derive(Debug, Default)]
pub struct Feature {
    /// Name of the crate.
    pub name: &'static str,
    /// Migrations, subscribers, jobs, schedules, filters, requests, verifiers.
    pub module: Module,
    /// Registers routes and pages.
    pub routes: Option<fn(&mut Routes)>,
    /// Templates: name and text.
    pub templates: &'static [Template],
    /// Navigation of the admin.
    pub menu: &'static [MenuItem],
    /// Commands.
    pub commands: Vec<Command>,
    /// Pieces of other features' pages.
    pub fragments: &'static [FragmentSlot],
    /// What it adds to every page's frame.
    pub layout: Option<Layout>,
    /// Who else may show the admin's pages in a frame.
    pub framed_by: Option<FramedBy>,
    /// Who is behind credentials; exactly one feature has it.
    pub authenticator: Option<Authenticator>,
}
