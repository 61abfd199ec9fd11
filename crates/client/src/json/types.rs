//! The types of others that can be read.

use super::{FromJson, ReadError, Reader};
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

impl FromJson for bool {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        from.boolean()
    }
}

impl FromJson for String {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        from.string().map(Into::into)
    }
}

/// `null`.
impl FromJson for () {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        if from.null()? {
            return Ok(());
        }
        Err(from.unexpected("null"))
    }
}

impl<T: FromJson> FromJson for Box<T> {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        T::from_json(from).map(Self::new)
    }

    fn from_null() -> Option<Self> {
        T::from_null().map(Self::new)
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        if from.null()? {
            return Ok(None);
        }
        T::from_json(from).map(Some)
    }
}

/// A `null` that is no item is left out.
impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        let mut items = Self::new();
        let array = from.start();
        from.open(b'[', "an array")?;
        let (mut first, mut index) = (true, 0);
        while from.next_item(&mut first)? {
            from.start();
            let mark = from.mark();
            match T::from_json(from) {
                Ok(item) => items.push(item),
                Err(error) => from.put_up_item(array, index, mark, error)?,
            }
            index += 1;
        }
        Ok(items)
    }

    fn from_null() -> Option<Self> {
        Some(Self::new())
    }
}

/// Reads the entries of a map. A `null` that is no value is left out with its key.
fn entries<T: FromJson>(
    from: &mut Reader<'_>,
    mut insert: impl FnMut(String, T) -> bool,
) -> Result<(), ReadError> {
    from.open(b'{', "an object")?;
    let mut first = true;
    while let Some(key) = from.next_key(&mut first)? {
        from.start();
        let mark = from.mark();
        match T::from_json(from) {
            Ok(value) => {
                if insert(key.name.into_owned(), value) {
                    from.alter();
                }
            }
            Err(error) => from.put_up_null(mark, error)?,
        }
    }
    Ok(())
}

impl<T: FromJson> FromJson for BTreeMap<String, T> {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        let mut map = Self::new();
        entries(from, |key, value| map.insert(key, value).is_some())?;
        Ok(map)
    }

    fn from_null() -> Option<Self> {
        Some(Self::new())
    }
}

impl<T: FromJson, S: BuildHasher + Default> FromJson for HashMap<String, T, S> {
    fn from_json(from: &mut Reader<'_>) -> Result<Self, ReadError> {
        let mut map = Self::default();
        entries(from, |key, value| map.insert(key, value).is_some())?;
        Ok(map)
    }

    fn from_null() -> Option<Self> {
        Some(Self::default())
    }
}
