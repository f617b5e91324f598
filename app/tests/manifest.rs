//! Walks the manifests of all features: every mutating route is guarded and described, names are unique, templates parse.

use std::collections::BTreeSet;

use web::routes::Face;
use web::{Access, Feature, Routes};

/// The lists of both kinds of installation.
fn installations() -> [Vec<Feature>; 2] {
    [app::features::all(), app::features::beside_wordpress()]
}

fn routes(features: &[Feature]) -> Routes {
    let mut routes = Routes::default();
    for register in features.iter().filter_map(|feature| feature.routes) {
        register(&mut routes);
    }
    routes
}

/// The routes of both.
fn all_routes() -> Vec<web::Route> {
    installations().iter().flat_map(|features| routes(features).all).collect()
}

/// Mutating REST routes that anyone may call, with the reason.
const OPEN: [(&str, &str); 3] = [
    ("/cartwright/v1/pair", "proved by the pairing code in the body"),
    ("/wc/store/v1/cart/", "a shopper's own cart, named by its token or opened anew"),
    ("/ocart/v1/upsells/", "authorised by the one-click token in the body"),
];

#[test]
fn every_mutating_rest_route_has_a_guard_and_a_description() {
    for route in all_routes().iter().filter(|route| route.face == Face::Rest) {
        assert!(!route.summary.is_empty(), "{route:?} has no summary");
        if !route.mutates() {
            continue;
        }
        let open = OPEN.iter().any(|(path, _)| route.path.starts_with(path));
        assert!(open || !matches!(route.access, Access::Public), "{route:?} is open to anyone");
        assert!(
            route.reply.is_some() || route.status == 204 || route.method == "DELETE",
            "{route:?} does not say what it answers"
        );
    }
}

#[test]
fn every_admin_page_needs_a_capability() {
    let open = ["/admin/login", "/admin/logout", "/admin", "/admin-sign-in/{token}"];
    for route in all_routes().iter().filter(|route| route.path.starts_with("/admin")) {
        if !open.contains(&route.path.as_str()) {
            assert!(matches!(route.access, Access::Capability(_) | Access::LoggedIn), "{route:?} is open");
        }
    }
}

#[test]
fn no_address_is_registered_twice() {
    for features in installations() {
        let mut seen = BTreeSet::new();
        for route in &routes(&features).all {
            assert!(seen.insert(format!("{route:?}")), "{route:?} is registered twice");
        }
    }
}

#[test]
fn every_entry_of_the_menu_leads_to_a_page() {
    for features in installations() {
        let pages: BTreeSet<String> =
            routes(&features).all.iter().map(|route| format!("{route:?}")).collect();
        for entry in features.iter().flat_map(|feature| feature.menu) {
            assert!(
                pages.contains(&format!("GET /admin/{}", entry.slug)),
                "/admin/{} is a dead link",
                entry.slug
            );
        }
    }
}

#[test]
fn schedules_subscribers_and_commands_have_names_of_their_own() {
    for features in installations() {
        let (mut schedules, mut subscribers, mut commands) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for feature in &features {
            for schedule in &feature.module.schedules {
                assert!(schedules.insert(schedule.hook), "{} twice", schedule.hook);
            }
            for subscriber in &feature.module.subscribers {
                assert!(subscribers.insert(subscriber.name), "{} twice", subscriber.name);
            }
            for command in &feature.commands {
                assert!(commands.insert(command.path.join(" ")), "{command:?} twice");
            }
        }
        assert!(!schedules.is_empty() && !subscribers.is_empty() && !commands.is_empty());
    }
}

#[test]
fn every_template_parses() {
    for features in installations() {
        let templates = features.iter().flat_map(|feature| feature.templates.iter().copied());
        let renderer = web::Renderer::new(templates);
        assert!(renderer.is_ok_and(|renderer| renderer.names().len() > 20));
    }
}
