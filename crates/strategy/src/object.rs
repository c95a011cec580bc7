//! Objects.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::BoxedStrategy;
use serde_json::{Map, Value};

use crate::build::{Builder, Built};
use crate::schema::Contradiction;
use crate::shape::Shape;

/// Members that are drawn besides the named ones, at most, if none are demanded.
const EXTRA_MAX: u64 = 2;

/// No object is drawn that must have more members.
const MEMBERS_MAX: u64 = 5_000;

/// Members that no schema names.
type Extra = BoxedStrategy<Vec<(String, Value)>>;

/// How a member is drawn.
struct Member {
    name: String,
    required: bool,
    strategy: BoxedStrategy<Value>,
}

/// A strategy for the objects that a shape admits.
pub(crate) fn objects(
    builder: &mut Builder<'_>,
    shape: &Shape,
    depth: u32,
    at: &str,
) -> Result<Built, Contradiction> {
    let low = shape.min_properties.unwrap_or(0);
    let high = shape.max_properties.unwrap_or(u64::MAX);
    let n_required = shape.required.len() as u64;
    if low > high {
        let message = format!("minProperties {low} is above maxProperties {high}");
        return Err(Contradiction::at(at, message));
    }
    if low > MEMBERS_MAX {
        let message = format!("minProperties {low} is beyond the {MEMBERS_MAX} that are drawn");
        return Err(Contradiction::at(at, message));
    }
    if n_required > high {
        let message = format!("{n_required} members are required, but maxProperties is {high}");
        return Err(Contradiction::at(at, message));
    }
    let mut height = 0;
    let mut members = Vec::new();
    let more_needed = low > n_required;
    let names: BTreeSet<String> = shape.member_names().into_iter().map(str::to_owned).collect();
    for name in names.iter().chain(&shape.required).collect::<BTreeSet<_>>() {
        let required = shape.required.contains(name);
        if !required && builder.is_minimal(depth) && !more_needed {
            continue;
        }
        let place = format!("{at}/properties/{}", name.replace('~', "~0").replace('/', "~1"));
        let Some(conj) = shape.property(name) else {
            let message = format!("the member {name:?} is required and forbidden");
            return Err(Contradiction::at(&place, message));
        };
        match builder.build(&conj, depth + 1, &place) {
            Ok(built) => {
                if required {
                    height = height.max(built.height + 1);
                }
                members.push(Member { name: name.clone(), required, strategy: built.strategy });
            }
            Err(error) if required => return Err(error),
            // A member that nothing satisfies can only be absent.
            Err(_) => {}
        }
    }
    let n_named = members.len() as u64;
    let extra = extra_members(builder, shape, depth, at, (n_named, low, high))?;
    let strategy = assemble(members, extra, depth, low, high);
    Ok(Built { strategy, height })
}

/// A strategy for members that no schema names, where there may or must be some.
fn extra_members(
    builder: &mut Builder<'_>,
    shape: &Shape,
    depth: u32,
    at: &str,
    (n_named, low, high): (u64, u64, u64),
) -> Result<Option<Extra>, Contradiction> {
    let needed = low.saturating_sub(n_named);
    let free_form = n_named == 0 && shape.rules.is_empty() && shape.required.is_empty();
    let wanted = shape.invites_members() || free_form || builder.options.extra_members;
    if needed > 0 && !shape.is_extensible() {
        let message = format!("minProperties is {low}, but only {n_named} members can be there");
        return Err(Contradiction::at(at, message));
    }
    if !shape.is_extensible() || high == 0 || !(needed > 0 || wanted && !builder.is_minimal(depth))
    {
        return Ok(None);
    }
    // A name that no schema speaks of stands for all of them.
    let place = format!("{at}/additionalProperties");
    let conj = shape.property("\u{0}").unwrap_or_default();
    let value = match builder.build(&conj, depth + 1, &place) {
        Ok(built) => built.strategy,
        Err(error) if needed > 0 => return Err(error),
        Err(_) => return Ok(None),
    };
    let taken: BTreeSet<String> = shape
        .rules
        .iter()
        .flat_map(|rule| rule.properties.keys())
        .chain(&shape.required)
        .cloned()
        .collect();
    let name = prop_oneof![4 => "[a-z]{1,8}", 1 => "[a-zA-Z_\u{e9}\u{4e2d}.-]{1,12}"]
        .prop_map(move |name| if taken.contains(&name) { format!("{name}_x") } else { name });
    let most = if needed > 0 { needed } else { EXTRA_MAX };
    let range = needed as usize..=most as usize;
    Ok(Some(vec((name, value), range).boxed()))
}

/// Puts members together and repairs their number.
fn assemble(
    members: Vec<Member>,
    extra: Option<Extra>,
    depth: u32,
    low: u64,
    high: u64,
) -> BoxedStrategy<Value> {
    let n_optional = members.iter().filter(|it| !it.required).count();
    // Deep inside, wide objects would multiply.
    let presence = if depth < 2 { 0.5 } else { (3.0 / (n_optional.max(1) as f64)).min(0.5) };
    let all_drawn = low > (members.len() - n_optional) as u64;
    let names: Vec<(String, bool)> =
        members.iter().map(|it| (it.name.clone(), it.required)).collect();
    let draws: Vec<BoxedStrategy<(bool, Option<Value>)>> = members
        .into_iter()
        .map(|member| match (member.required, all_drawn) {
            (true, _) => member.strategy.prop_map(|value| (true, Some(value))).boxed(),
            (false, true) => (proptest::bool::weighted(presence), member.strategy)
                .prop_map(|(present, value)| (present, Some(value)))
                .boxed(),
            (false, false) => proptest::option::weighted(presence, member.strategy)
                .prop_map(|value| (value.is_some(), value))
                .boxed(),
        })
        .collect();
    let extra = extra.unwrap_or_else(|| Just(Vec::new()).boxed());
    (draws, extra)
        .prop_map(move |(draws, extra)| {
            let mut present = Map::new();
            let mut spare = BTreeMap::new();
            for ((name, required), (there, value)) in names.iter().zip(draws) {
                let Some(value) = value else { continue };
                if *required || (there && (present.len() as u64) < high) {
                    present.insert(name.clone(), value);
                } else {
                    spare.insert(name.clone(), value);
                }
            }
            for (name, value) in spare.into_iter().chain(numbered(extra)) {
                let is_named = names.iter().any(|(known, _)| *known == name);
                let wanted = if is_named { low } else { high };
                if (present.len() as u64) < wanted {
                    present.insert(name, value);
                }
            }
            drop_surplus(&mut present, &names, high);
            Value::Object(present)
        })
        .boxed()
}

/// Extra members under names that differ.
fn numbered(extra: Vec<(String, Value)>) -> BTreeMap<String, Value> {
    let mut members = BTreeMap::new();
    for (idx, (name, value)) in extra.into_iter().enumerate() {
        let name = if members.contains_key(&name) { format!("{name}{idx}") } else { name };
        members.insert(name, value);
    }
    members
}

/// Takes optional members away while there are too many.
fn drop_surplus(present: &mut Map<String, Value>, names: &[(String, bool)], high: u64) {
    for (name, required) in names.iter().rev() {
        if present.len() as u64 <= high {
            break;
        }
        if !required {
            present.remove(name);
        }
    }
}
