//! The rules of the house, on this tree. Each rule's own tests, on trees that break it, lie with it.

use std::path::Path;

use zhike_xtask::{
    tidy::{self, Finding},
    tree,
};

#[track_caller]
fn clean(rule: fn(&Path) -> Vec<Finding>) {
    let findings: Vec<String> = rule(&tree::root()).iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn crates_use_only_those_above_them() {
    clean(tidy::ranks);
}

#[test]
fn tables_are_named_by_their_owners() {
    clean(tidy::tables);
}

#[test]
fn one_sql_text_serves_both_databases() {
    clean(tidy::seams);
}

#[test]
fn files_are_short() {
    clean(tidy::lengths);
}

#[test]
fn migrations_are_named_and_registered() {
    clean(tidy::migrations);
}

#[test]
fn every_text_is_in_every_language() {
    clean(tidy::locales);
}

#[test]
fn requests_are_read_strictly() {
    clean(tidy::strict_requests);
}

#[test]
fn nobody_reads_the_machines_clock() {
    clean(tidy::clocks);
}

#[test]
fn nothing_is_left_unfinished() {
    clean(tidy::unfinished);
}

#[test]
fn no_file_knows_this_machine() {
    clean(tidy::machine_paths);
}

#[test]
fn every_module_has_its_parts() {
    clean(tidy::slices);
}

#[test]
fn no_two_nouns_share_an_id_prefix() {
    clean(tidy::prefixes);
}
