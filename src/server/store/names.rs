//! Names for runs that came without one: `brave-otter-217`.

use data::run::RunId;

const ADJECTIVES: [&str; 64] = [
    "able", "amber", "ample", "apt", "bold", "brave", "breezy", "bright", "brisk", "calm", "candid", "clear", "clever",
    "cosmic", "crisp", "curious", "daring", "deft", "eager", "early", "exact", "fair", "fleet", "fluent", "fond",
    "frank", "gentle", "glad", "golden", "grand", "hardy", "honest", "humble", "jolly", "keen", "kind", "light",
    "lively", "loyal", "lucid", "mellow", "merry", "mild", "modest", "neat", "nimble", "noble", "patient", "plucky",
    "proud", "quick", "quiet", "rapid", "rare", "robust", "serene", "sharp", "smooth", "steady", "sunny", "swift",
    "tidy", "vivid", "witty",
];

const NOUNS: [&str; 64] = [
    "ant", "auk", "badger", "bat", "bear", "bee", "bison", "boar", "carp", "cat", "cod", "colt", "cow", "crab",
    "crane", "crow", "cub", "deer", "dove", "duck", "eel", "elk", "ewe", "falcon", "fawn", "finch", "fox", "frog",
    "gnu", "goat", "goose", "grouse", "gull", "hare", "hawk", "hen", "heron", "horse", "ibis", "jay", "kite", "koi",
    "lark", "lynx", "mink", "mole", "moose", "moth", "newt", "otter", "owl", "perch", "pig", "ram", "raven", "robin",
    "seal", "shrew", "skunk", "snipe", "stork", "swan", "toad", "wren",
];

/// A name that is easy to say, drawn from the random bits of `id`.
pub fn of_run(id: RunId) -> String {
    let bits = id.0 as u64;
    let adjective = ADJECTIVES[(bits % 64) as usize];
    let noun = NOUNS[(bits >> 6) as usize % 64];
    format!("{adjective}-{noun}-{}", (bits >> 12) % 1000)
}
