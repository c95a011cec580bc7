//! Walking through a value with its schema: every place, and the constraints that hold there.

use serde_json::Value;

use crate::build::Builder;
use crate::compile::Compiled;
use crate::schema::Options;
use crate::shape::{Shape, UnionOf};
use crate::sift::first;

/// Items of one array that are visited; more of the same schema would say nothing new.
const ITEMS: usize = 4;

/// Levels of a value that are visited.
const LEVELS: u32 = 24;

/// A place in a value.
pub(crate) struct Site {
    /// JSON pointer; empty for the whole value.
    pub(crate) pointer: String,
    /// What is there.
    pub(crate) value: Value,
    /// The constraints, with the branches of unions that the value satisfies merged in.
    pub(crate) shape: Shape,
    /// The constraints without any branch.
    pub(crate) base: Shape,
    /// The unions that were chosen from.
    pub(crate) unions: Vec<UnionOf>,
}

/// Every place in a value, outermost first, members in the order of their names.
pub(crate) fn sites(compiled: &Compiled, value: &Value) -> Vec<Site> {
    let mut found = Vec::new();
    visit(compiled, &[compiled.root().clone()], value, String::new(), 0, &mut found);
    found
}

fn visit(
    compiled: &Compiled,
    conj: &[Value],
    value: &Value,
    pointer: String,
    level: u32,
    found: &mut Vec<Site>,
) {
    if level > LEVELS {
        return;
    }
    let site = resolve(compiled, conj, value, pointer);
    let children: Vec<(String, Vec<Value>, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .filter_map(|(name, member)| {
                let place = format!("{}/{}", site.pointer, escape(name));
                Some((place, site.shape.property(name)?, member))
            })
            .collect(),
        Value::Array(items) => items
            .iter()
            .take(ITEMS)
            .enumerate()
            .map(|(idx, item)| (format!("{}/{idx}", site.pointer), site.shape.items.clone(), item))
            .collect(),
        _ => Vec::new(),
    };
    found.push(site);
    for (place, conj, child) in children {
        visit(compiled, &conj, child, place, level + 1, found);
    }
}

/// Folds the constraints on one value, following the branches that it satisfies.
fn resolve(compiled: &Compiled, conj: &[Value], value: &Value, pointer: String) -> Site {
    let mut shape = Shape::of(compiled, conj);
    let mut base = shape.clone();
    base.unions.clear();
    let mut unions = Vec::new();
    while let Some(union) = shape.unions.pop() {
        let fits = |branch: &&Value| compiled.admits(std::slice::from_ref(branch), value);
        if let Some(branch) = union.branches.iter().find(fits) {
            shape.add(compiled, branch);
        }
        unions.push(union);
    }
    unions.reverse();
    Site { pointer, value: value.clone(), shape, base, unions }
}

/// The optional members that are absent from an object and may be there.
pub(crate) fn absent_members(site: &Site) -> Vec<String> {
    let Some(members) = site.value.as_object() else { return Vec::new() };
    let names = site.shape.member_names().into_iter();
    names.filter(|name| !members.contains_key(*name)).map(str::to_owned).collect()
}

/// One simple value of a shape.
pub(crate) fn sample(compiled: &Compiled, shape: &Shape) -> Option<Value> {
    let options = Options { max_depth: 1, max_items: 1, ..Options::default() };
    let built = Builder::new(compiled, &options).shape(shape, 0, "").ok()?;
    first(&built.strategy)
}

/// One simple value of a conjunction of schemas.
pub(crate) fn sample_of(compiled: &Compiled, conj: &[Value]) -> Option<Value> {
    sample(compiled, &Shape::of(compiled, conj))
}

/// One value of a conjunction of schemas with something in its containers, so that there are
/// places in it to edit: an item in each array, the optional members of each object.
pub(crate) fn rich_sample(compiled: &Compiled, conj: &[Value], levels: u32) -> Option<Value> {
    let plain = sample_of(compiled, conj)?;
    if levels == 0 || !(plain.is_array() || plain.is_object()) {
        return Some(plain);
    }
    let site = resolve(compiled, conj, &plain, String::new());
    let mut filled = plain.clone();
    if let Value::Array(items) = &mut filled
        && items.is_empty()
    {
        items.extend(rich_sample(compiled, &site.shape.items, levels - 1));
    }
    for name in absent_members(&site) {
        let conj_of_member = site.shape.property(&name).unwrap_or_default();
        if let Some(member) = rich_sample(compiled, &conj_of_member, levels - 1) {
            let more = put_member(&filled, "", &name, Some(member));
            if compiled.admits(conj, &more) {
                filled = more;
            }
        }
    }
    Some(if compiled.admits(conj, &filled) { filled } else { plain })
}

/// One simple value of a shape that was changed on purpose: only its own constraints count, not
/// the schemas that it was folded from.
pub(crate) fn sample_changed(
    compiled: &Compiled,
    shape: &Shape,
    change: impl FnOnce(&mut Shape),
) -> Option<Value> {
    let mut changed = shape.clone();
    changed.conj.clear();
    changed.nots.clear();
    changed.examples.clear();
    change(&mut changed);
    sample(compiled, &changed)
}

/// The whole value with another one put at a place.
pub(crate) fn put(whole: &Value, pointer: &str, value: Value) -> Value {
    let mut changed = whole.clone();
    if let Some(place) = changed.pointer_mut(pointer) {
        *place = value;
    }
    changed
}

/// The whole value with a member of the object at a place set, or removed by `None`.
pub(crate) fn put_member(whole: &Value, pointer: &str, name: &str, value: Option<Value>) -> Value {
    let mut changed = whole.clone();
    if let Some(members) = changed.pointer_mut(pointer).and_then(Value::as_object_mut) {
        match value {
            Some(value) => members.insert(name.to_owned(), value),
            None => members.remove(name),
        };
    }
    changed
}

/// A segment of a JSON pointer.
pub(crate) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
