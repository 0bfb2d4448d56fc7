//! The attributes and macros of `describe`. They read tokens rather than syntax: what they look for is spelled one way
//! in this house, and whatever else stands there is utoipa's to judge.

use proc_macro::{TokenStream, TokenTree};

/// An operation: `#[utoipa::path(get, path = "/tasks/{id}", …)]` before a handler makes its route, which [`routes!`] finds
/// beside it. All that stands in the brackets is utoipa's, and counts only where the API is described.
#[proc_macro_attribute]
pub fn path(args: TokenStream, item: TokenStream) -> TokenStream {
    let route = match route(&args, &item) {
        Ok(route) => route,
        Err(missing) => return refusal(missing),
    };
    let mut out = if cfg!(feature = "described") { described(args) } else { TokenStream::new() };
    out.extend(item);
    out.extend(route);
    out
}

fn described(args: TokenStream) -> TokenStream {
    parsed(&format!("#[::utoipa::described_path({args})]"))
}

/// The route of a handler, as a type beside it.
fn route(args: &TokenStream, item: &TokenStream) -> Result<TokenStream, &'static str> {
    const VERBS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
    let args: Vec<_> = args.clone().into_iter().collect();
    let verb = args.first().map(ToString::to_string).filter(|verb| VERBS.contains(&verb.as_str()));
    let verb = verb.ok_or("the verb comes first: get, post, put, patch or delete")?.to_uppercase();
    let at = args.windows(3).find(|three| three[0].to_string() == "path" && three[1].to_string() == "=");
    let at = at.map(|three| three[2].to_string()).ok_or("path = \"…\" is missing")?;
    let name = handler(item).ok_or("no function follows")?;
    let describe = if cfg!(feature = "described") {
        format!("fn describe(to: &mut ::utoipa::Operations) {{ to.add::<__path_{name}>() }}")
    } else {
        String::new()
    };
    Ok(parsed(&format!(
        "#[doc(hidden)] #[allow(non_camel_case_types, unreachable_pub)] pub struct __route_{name};
         impl ::utoipa::Route for __route_{name} {{
             const VERB: ::utoipa::Verb = ::utoipa::Verb::{verb};
             const PATH: &'static str = {at};
             {describe}
         }}"
    )))
}

/// The name after `fn`.
fn handler(item: &TokenStream) -> Option<String> {
    let mut tokens = item.clone().into_iter();
    tokens.by_ref().find(|token| matches!(token, TokenTree::Ident(word) if word.to_string() == "fn"))?;
    tokens.next().map(|name| name.to_string())
}

/// The routes of some handlers at one path: `routes!(list::list, create::create)`.
#[proc_macro]
pub fn routes(handlers: TokenStream) -> TokenStream {
    let mut out = String::from("::utoipa::Routes::new()");
    let mut handler: Vec<TokenTree> = Vec::new();
    let mut add = |handler: &mut Vec<TokenTree>| {
        let Some(TokenTree::Ident(name)) = handler.pop() else { return };
        let before: TokenStream = handler.drain(..).collect();
        out += &format!(".with::<{before} __route_{name}, _, _>({before} {name})");
    };
    for token in handlers {
        match token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => add(&mut handler),
            token => handler.push(token),
        }
    }
    add(&mut handler);
    parsed(&out)
}

/// A type that utoipa describes where the API is described, and nothing here.
#[cfg(not(feature = "described"))]
#[proc_macro_derive(ToSchema, attributes(schema))]
pub fn to_schema(_: TokenStream) -> TokenStream {
    TokenStream::new()
}

/// What a query takes, which utoipa describes where the API is described; nothing here.
#[cfg(not(feature = "described"))]
#[proc_macro_derive(IntoParams, attributes(into_params, param))]
pub fn into_params(_: TokenStream) -> TokenStream {
    TokenStream::new()
}

fn parsed(text: &str) -> TokenStream {
    text.parse().expect("what is written here is Rust")
}

fn refusal(missing: &str) -> TokenStream {
    parsed(&format!("compile_error!({missing:?});"))
}
