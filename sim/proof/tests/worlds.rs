//! The simulation itself: the same plan is the same history, and a planted fault is seen.

use db::testing::databases;
use proof::{PLANTS, Plan, Plant, Template, play};

#[test]
fn the_same_plan_is_the_same_history() {
    let template = Template::make().unwrap();
    let again = Template::make().unwrap();
    for seed in [3, 4] {
        let plan = Plan { rounds: 3, ..Plan::of(seed) };
        let (first, second) = (play(&template, &plan, None).unwrap(), play(&again, &plan, None).unwrap());
        assert_eq!(first.violations, Vec::<String>::new());
        assert_eq!(first.struck, second.struck);
        assert_eq!(first.digest, second.digest, "seed {seed}");
        assert!(first.charges > 0 && !first.struck.is_empty(), "{first:?}");
    }
}

#[test]
fn a_planted_fault_is_seen() {
    let template = Template::make().unwrap();
    let plant = Plant::BalanceOffByOne;
    let found = (1..=200).any(|seed| {
        let outcome = play(&template, &Plan::of(seed), Some(plant)).unwrap();
        outcome.violations.iter().any(|finding| plant.is_betrayed_by(finding))
    });
    assert!(found);
}

#[test]
fn a_planted_fault_is_not_taken_for_another() {
    for (name, plant) in PLANTS {
        assert!(!plant.betrayed_by().is_empty(), "{name}");
        for other in
            ["the world could not be played: no place for a world", "a job has failed or is overdue (1)"]
        {
            assert!(!plant.is_betrayed_by(other), "{name}: {other}");
        }
    }
    assert!(
        Plant::DeliveryNotMarked
            .is_betrayed_by("the world could not be played: the world does not come to rest")
    );
}

#[test]
fn a_mariadb_stands_it_as_well() {
    for database in databases().into_iter().filter(|database| database.name == "mariadb") {
        let template = Template::on_server(&database.url, database.db.prefix()).unwrap();
        let plan = Plan { rounds: 1, ..Plan::of(3) };
        let outcome = play(&template, &plan, None).unwrap();
        assert_eq!(outcome.violations, Vec::<String>::new());
        assert!(outcome.charges > 0 && !outcome.struck.is_empty(), "{outcome:?}");
    }
}
