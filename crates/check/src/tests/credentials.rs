//! Credentials, roles and plans.

use super::*;

#[test]
fn credentials_roles_and_plans_are_judged() {
    let by = |by: Credential| Transition::GetExport { by, export: 9 };
    let mut world = World::new();
    check(&world.look(&by(Credential::Missing), &v2_error(401)), &[]);
    check(
        &world.look(&by(Credential::Missing), &v2_error(404)),
        &["account-authorization-required", "exports-get-authorization-required"],
    );
    check(&world.look(&by(Credential::Garbage), &v2_error(403)), &["account-key-authenticates"]);
    let basic = Credential::OtherScheme("Basic".to_owned(), 0);
    check(&world.look(&by(basic), &v2_error(404)), &["account-bearer-scheme-required"]);
    check(&world.look(&by(Credential::DatabaseSecret(0)), &v2_error(403)), &[]);
    check(
        &world.look(&by(Credential::DatabaseSecret(0)), &v2_error(404)),
        &["account-database-secret-refused"],
    );
    check(&world.look(&get(3, 9), &v2_error(403)), &[]);
    // Whether there is such a thing may be looked at before the role is.
    check(&world.look(&get(3, 9), &v2_error(404)), &[]);
    let own = ["exports-role-required", "exports-get-role-required"];
    check(&world.look(&get(3, 9), &v2_error(400)), &own);
    world.step(&create(0, 0, None), &created("100"));
    check(&world.look(&get(3, 0), &v2_error(403)), &[]);
    check(&world.look(&get(3, 0), &v2_error(404)), &own);
    check(&world.look(&get(3, 0), &shown(&export("100", "Pending"))), &own);
    check(
        &world.look(&get(2, 9), &v2_error(404)),
        &["exports-enterprise-plan-required", "exports-get-enterprise-plan-required"],
    );
    // A 403 for what is not there is judged with what is not there, and for what is, with the role.
    check(&world.look(&get(0, 9), &v2_error(403)), &["exports-get-unknown-id"]);
    check(&world.look(&get(0, 0), &v2_error(403)), &own);
    world.state.keys[0].revoked = true;
    check(&world.look(&get(0, 9), &v2_error(404)), &["account-revoked-key-refused"]);
    world.state.keys[4].expires_at = Some(NOW - 5000);
    check(&world.look(&get(4, 9), &v2_error(404)), &["account-key-expires-after-ttl-days"]);
    world.state.keys[4].expires_at = Some(NOW + 500);
    check(&world.look(&get(4, 9), &v2_error(401)), &[]);
}
