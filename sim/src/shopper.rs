//! A shopper in the shop: looks around, fills a cart, makes an account.

use kernel::{Fault, Moment};
use runtime::ports::Mail;
use serde_json::Value;

use crate::browser::{Browser, Visit};
use crate::chance::Chance;
use crate::forms::PageForm;
use crate::people::Person;
use crate::world::{Tally, World};

/// What everybody types, so that a reader of the demo can log in as one of them.
pub const PASSWORD: &str = "fernway-demo";
/// Days after which a shopper logs in anew, before the login ends by itself.
const LOGIN_DAYS: i64 = 13;

/// Somebody with a browser.
#[derive(Debug)]
pub struct Shopper {
    /// Who it is.
    pub person: Person,
    /// With cart and login.
    pub browser: Browser,
    /// When last logged in, for those with an account.
    pub logged_in_at: Option<Moment>,
    /// Mails that this shopper will look at.
    pub opened: Vec<Mail>,
}

/// What a scene is played with.
pub(crate) struct Scene<'a> {
    pub(crate) world: &'a World,
    pub(crate) chance: &'a mut Chance,
    pub(crate) tally: &'a mut Tally,
}

/// A page that must be there.
pub(crate) fn page(visit: Visit) -> Result<Visit, Fault> {
    let status = visit.status.as_u16();
    // A form that is shown again with what was wrong, and what is sold out meanwhile, are part of life.
    if visit.status.is_success() || matches!(status, 409 | 422) {
        return Ok(visit);
    }
    let text: String = visit.text.chars().take(200).collect();
    Err(Fault::bug(format!("{} gave {status}: {text}", visit.path)))
}

impl Shopper {
    /// Opens a page and looks at it.
    pub(crate) async fn open(&mut self, scene: &mut Scene<'_>, path: &str) -> Result<Visit, Fault> {
        scene.world.look(scene.chance);
        scene.tally.pages += 1;
        page(self.browser.open(path).await?)
    }

    /// Sends a form and looks at what comes.
    pub(crate) async fn send(
        &mut self,
        scene: &mut Scene<'_>,
        from: &Visit,
        form: &PageForm,
    ) -> Result<Visit, Fault> {
        scene.world.look(scene.chance);
        scene.tally.pages += 1;
        page(self.browser.send(from, form).await?)
    }

    /// Looks at the shop and at some products; gives the pages of those that please.
    pub(crate) async fn browse(&mut self, scene: &mut Scene<'_>) -> Result<Vec<Visit>, Fault> {
        let address = match scene.chance.below(6) {
            0 => "/shop?category=coffee",
            1 => "/shop?category=camp",
            2 => "/shop?category=clothing",
            3 => "/shop?page=2",
            _ => "/shop",
        };
        let shop = self.open(scene, address).await?;
        let products = links(&shop, "/product/");
        let mut pleasing = Vec::new();
        let wanted = 1 + scene.chance.below(3);
        for _ in 0..wanted {
            let Some(path) = scene.chance.pick(&products).cloned() else { break };
            let product = self.open(scene, &path).await?;
            if scene.chance.percent(68) {
                pleasing.push(product);
            }
        }
        Ok(pleasing)
    }

    /// Puts what is on a product's page into the cart; gives the cart's page, or none when it could not be had.
    pub(crate) async fn add(
        &mut self,
        scene: &mut Scene<'_>,
        product: &Visit,
    ) -> Result<Option<Visit>, Fault> {
        let Some(mut form) = product.form_to("/cart/add") else {
            scene.tally.disappointed += 1;
            return Ok(None);
        };
        if form.has("variation_id") {
            choose_variation(scene.chance, product, &mut form);
        }
        if form.has("quantity") {
            let quantity = if scene.chance.percent(14) { "2" } else { "1" };
            form.set("quantity", quantity);
        }
        let cart = self.send(scene, product, &form).await?;
        if cart.path == "/cart" && cart.form_to("/cart/update").is_some() {
            return Ok(Some(cart));
        }
        scene.tally.disappointed += 1;
        Ok(None)
    }

    /// Types the coupon in.
    pub(crate) async fn apply_coupon(&mut self, scene: &mut Scene<'_>, cart: &Visit) -> Result<(), Fault> {
        if let Some(mut form) = cart.form("code") {
            form.set("code", crate::opening::COUPON);
            self.send(scene, cart, &form).await?;
        }
        Ok(())
    }

    /// Makes an account, or logs in again when that was long ago.
    pub(crate) async fn log_in(&mut self, scene: &mut Scene<'_>) -> Result<(), Fault> {
        let now = scene.world.now();
        if self.logged_in_at.is_some_and(|before| now.seconds_since(before) < LOGIN_DAYS * 86_400) {
            return Ok(());
        }
        let known = self.logged_in_at.is_some();
        let account = self.open(scene, "/my-account").await?;
        let end = if known { "/my-account/login" } else { "/my-account/register" };
        let Some(mut form) = account.form_to(end) else { return Ok(()) };
        let person = self.person.clone();
        form.set("password", PASSWORD);
        if known {
            form.set("username", &person.email);
        } else {
            form.set("email", &person.email);
            form.set("first_name", &person.first_name);
            form.set("last_name", &person.last_name);
            scene.tally.members += 1;
        }
        let welcome = self.send(scene, &account, &form).await?;
        if welcome.form_to(end).is_some() {
            return Err(Fault::bug(format!("{} could not log in", person.email)));
        }
        self.logged_in_at = Some(scene.world.now());
        Ok(())
    }
}

/// Addresses of a page's links that start so, each once.
fn links(page: &Visit, start: &str) -> Vec<String> {
    let mut found: Vec<String> = page
        .text
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(crate::forms::unescape)
        .filter(|address| address.starts_with(start))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Chooses one of the variations, and for what it leaves open one of the list's options.
fn choose_variation(chance: &mut Chance, product: &Visit, form: &mut PageForm) {
    let data = product.text.split("<script type=\"application/json\">").nth(1);
    let data = data.and_then(|rest| rest.split("</script>").next()).unwrap_or("[]");
    let variations: Vec<Value> = match serde_json::from_str(data) {
        Ok(Value::Array(variations)) => variations,
        _ => Vec::new(),
    };
    let sold: Vec<&Value> = variations.iter().filter(|variation| variation["in_stock"] == true).collect();
    let Some(variation) = chance.pick(&sold) else { return };
    form.set("variation_id", &variation["id"].to_string());
    let names: Vec<String> = form.choices.iter().map(|(name, _)| name.clone()).collect();
    for name in names.iter().filter(|name| name.starts_with("attribute_")) {
        let own = variation["attributes"][name].as_str().unwrap_or_default().to_owned();
        let open: Vec<String> = form
            .options
            .iter()
            .filter(|(list, value)| list == name && !value.is_empty())
            .map(|(_, value)| value.clone())
            .collect();
        let chosen = if own.is_empty() { chance.pick(&open).cloned().unwrap_or_default() } else { own };
        form.set(name, &chosen);
    }
}
