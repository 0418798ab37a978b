//! Recompiles the store when a migration is added. Also when a migration is added: the migrations are compiled in, and the compiler only watches those
//! it has seen.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
