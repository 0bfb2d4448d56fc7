//! The description of the API that stands in the repository is the one the code gives.

#[tokio::test]
async fn the_description_in_the_repository_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let made = server::serve::description().expect("a description");
    assert!(kept == made, "openapi.json is stale: run `make api` and look at the difference");
}
