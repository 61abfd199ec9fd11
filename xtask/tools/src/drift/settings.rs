//! Sets values in `api.toml` and leaves the rest of the file as it is.

use toml_edit::{DocumentMut, Item, Table, value};

/// Sets a text of a table that must be there.
pub fn set(file: &str, table: &str, key: &str, text: &str) -> Result<String, String> {
    let mut document: DocumentMut = file.parse().map_err(|error| format!("{error}"))?;
    let found = document.get_mut(table).and_then(Item::as_table_mut);
    put(
        found.ok_or_else(|| format!("there is no table [{table}]"))?,
        key,
        text,
    );
    Ok(document.to_string())
}

/// Sets a text, and keeps the spaces and the comment around it.
fn put(table: &mut Table, key: &str, text: &str) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) if old.as_str() == Some(text) => {}
        Some(old) => {
            let decor = old.decor().clone();
            *old = text.into();
            *old.decor_mut() = decor;
        }
        None => {
            table.insert(key, value(text));
        }
    }
}
