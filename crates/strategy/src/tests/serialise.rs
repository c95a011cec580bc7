//! Tests of the serialisation styles.

use serde_json::{Value, json};
use spec::document::{Location, Parameter, Style};

use crate::serialise::parameter;

fn color(location: Location, style: Style, explode: bool) -> Parameter {
    Parameter {
        name: "color".into(),
        location,
        required: false,
        style,
        explode,
        allow_reserved: false,
        content: None,
        schema: json!({}),
        examples: Vec::new(),
    }
}

#[track_caller]
fn check(location: Location, style: Style, explode: bool, value: &Value, expected: &str) {
    let text = parameter(&color(location, style, explode), value);
    assert_eq!(text.as_deref(), Ok(expected), "{style:?} {explode} {value}");
}

#[track_caller]
fn refuses(location: Location, style: Style, explode: bool, value: &Value) {
    let text = parameter(&color(location, style, explode), value);
    assert!(text.is_err(), "{style:?} {explode} {value}: {text:?}");
}

fn array() -> Value {
    json!(["blue", "black", "brown"])
}

/// The members come in the order of their names.
fn object() -> Value {
    json!({"B": 150, "G": 200, "R": 100})
}

/// The table "Style Examples" of OpenAPI 3.0.3, with delimiters that a URI cannot hold escaped.
#[test]
fn styles_are_those_of_the_specification() {
    use Location::{Path, Query};
    use Style::{DeepObject, Form, Label, Matrix, PipeDelimited, Simple, SpaceDelimited};
    let rows = [
        (Path, Matrix, false, json!(""), ";color"),
        (Path, Matrix, false, json!("blue"), ";color=blue"),
        (Path, Matrix, false, array(), ";color=blue,black,brown"),
        (Path, Matrix, false, object(), ";color=B,150,G,200,R,100"),
        (Path, Matrix, true, json!(""), ";color"),
        (Path, Matrix, true, json!("blue"), ";color=blue"),
        (Path, Matrix, true, array(), ";color=blue;color=black;color=brown"),
        (Path, Matrix, true, object(), ";B=150;G=200;R=100"),
        (Path, Label, false, json!("blue"), ".blue"),
        (Path, Label, false, array(), ".blue.black.brown"),
        (Path, Label, false, object(), ".B.150.G.200.R.100"),
        (Path, Label, true, json!("blue"), ".blue"),
        (Path, Label, true, array(), ".blue.black.brown"),
        (Path, Label, true, object(), ".B=150.G=200.R=100"),
        (Query, Form, false, json!(""), "color="),
        (Query, Form, false, json!("blue"), "color=blue"),
        (Query, Form, false, array(), "color=blue,black,brown"),
        (Query, Form, false, object(), "color=B,150,G,200,R,100"),
        (Query, Form, true, json!(""), "color="),
        (Query, Form, true, json!("blue"), "color=blue"),
        (Query, Form, true, array(), "color=blue&color=black&color=brown"),
        (Query, Form, true, object(), "B=150&G=200&R=100"),
        (Path, Simple, false, json!("blue"), "blue"),
        (Path, Simple, false, array(), "blue,black,brown"),
        (Path, Simple, false, object(), "B,150,G,200,R,100"),
        (Path, Simple, true, json!("blue"), "blue"),
        (Path, Simple, true, array(), "blue,black,brown"),
        (Path, Simple, true, object(), "B=150,G=200,R=100"),
        (Query, SpaceDelimited, false, array(), "color=blue%20black%20brown"),
        (Query, SpaceDelimited, false, object(), "color=B%20150%20G%20200%20R%20100"),
        (Query, SpaceDelimited, true, array(), "color=blue&color=black&color=brown"),
        (Query, PipeDelimited, false, array(), "color=blue%7Cblack%7Cbrown"),
        (Query, PipeDelimited, false, object(), "color=B%7C150%7CG%7C200%7CR%7C100"),
        (Query, DeepObject, true, object(), "color%5BB%5D=150&color%5BG%5D=200&color%5BR%5D=100"),
        (Location::Header, Simple, false, array(), "blue,black,brown"),
        (Location::Header, Simple, true, object(), "B=150,G=200,R=100"),
        (Location::Cookie, Form, true, json!("blue"), "color=blue"),
        (Location::Cookie, Form, false, array(), "color=blue,black,brown"),
    ];
    for (location, style, explode, value, expected) in rows {
        check(location, style, explode, &value, expected);
    }
}

#[test]
fn reserved_characters_are_escaped_by_place() {
    let value = json!("a/b?c#d%e f&g=h+\u{e9}");
    let escaped = "a%2Fb%3Fc%23d%25e%20f%26g%3Dh%2B%C3%A9";
    check(Location::Path, Style::Simple, false, &value, escaped);
    check(Location::Query, Style::Form, true, &value, &format!("color={escaped}"));
    check(Location::Path, Style::Simple, false, &json!([1.5, true, "a,b"]), "1.5,true,a%2Cb");
    check(Location::Header, Style::Simple, false, &json!("a/b c"), "a/b c");
    let loose = Parameter { allow_reserved: true, ..color(Location::Query, Style::Form, true) };
    let text = parameter(&loose, &json!("a/b?c:d@e,f&g#h+i=j%"));
    assert_eq!(text.as_deref(), Ok("color=a/b?c:d@e,f%26g%23h%2Bi=j%25"));
}

#[test]
fn content_parameters_are_json() {
    let mut it = color(Location::Query, Style::Form, true);
    it.content = Some("application/json".into());
    let text = parameter(&it, &json!({"a": [1]}));
    assert_eq!(text.as_deref(), Ok("color=%7B%22a%22%3A%5B1%5D%7D"));
}

#[test]
fn what_has_no_unambiguous_text_is_refused() {
    use Location::{Cookie, Header, Path, Query};
    use Style::{DeepObject, Form, Label, PipeDelimited, Simple, SpaceDelimited};
    let rows = [
        (Path, Simple, false, json!("")),
        (Path, Simple, false, json!(".")),
        (Path, Simple, false, json!("..")),
        (Path, Simple, false, json!([])),
        (Path, Simple, false, json!(null)),
        (Path, Label, false, json!(["a.b", "c"])),
        (Query, Form, false, json!(["", "a"])),
        (Query, Form, true, json!({})),
        (Query, Form, true, json!([["a"]])),
        (Query, SpaceDelimited, false, json!(["a b"])),
        (Query, PipeDelimited, false, json!(["a|b"])),
        (Query, DeepObject, true, json!(["a"])),
        (Header, Simple, false, json!("\u{e9}")),
        (Header, Simple, false, json!("a\nb")),
        (Header, Simple, false, json!(" a")),
        (Header, Simple, false, json!(["a,b"])),
        (Cookie, Form, true, json!(["a"])),
    ];
    for (location, style, explode, value) in rows {
        refuses(location, style, explode, &value);
    }
}
