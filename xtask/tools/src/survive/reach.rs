//! Which schemas are sent and which are received: a property that only travels one way is not required the other.

use std::collections::BTreeSet;

use super::bodies::{Body, BodyKind};
use super::read::{Reader, Schema};
use super::shape::{Property, Shape};

/// What bodies reach.
#[derive(Default)]
pub struct Reach {
    sent: Marks,
    received: Marks,
}

#[derive(Default)]
struct Marks {
    /// Components, as pointers.
    owners: BTreeSet<String>,
    /// Schemas that were looked into, by owner and address.
    seen: BTreeSet<(Option<String>, usize)>,
}

impl Reach {
    /// What these bodies reach, and what is sent beside them.
    pub fn of<'a>(reader: &Reader<'a>, bodies: &[Body<'a>], parameters: Vec<Schema<'a>>) -> Self {
        let mut reach = Self::default();
        for body in bodies {
            let marks = match body.kind {
                BodyKind::Request => &mut reach.sent,
                BodyKind::Success | BodyKind::Error => &mut reach.received,
            };
            marks.enter(reader, reader.read(body.schema, None));
        }
        for parameter in parameters {
            reach.sent.enter(reader, parameter);
        }
        reach
    }

    /// How many schemas were looked into, for either direction.
    pub fn len(&self) -> usize {
        self.sent.seen.len() + self.received.seen.len()
    }

    /// Whether a property of `schema` must be there in a body of this kind.
    ///
    /// A component that travels both ways has one type, so that it demands what both ways do.
    pub fn requires<'a>(
        &self,
        reader: &Reader<'a>,
        schema: &Schema<'a>,
        property: &Property<'a>,
        kind: BodyKind,
    ) -> bool {
        if !property.required {
            return false;
        }
        let read = reader.read_all(&property.schemas, schema.owner.as_deref());
        let travels = |marks: &Marks, own: bool| {
            own || schema
                .owner
                .as_ref()
                .is_some_and(|it| marks.owners.contains(it))
        };
        let request = kind == BodyKind::Request;
        !(read.read_only && travels(&self.sent, request)
            || read.write_only && travels(&self.received, !request))
    }
}

impl Marks {
    fn enter<'a>(&mut self, reader: &Reader<'a>, schema: Schema<'a>) {
        // A queue, since schemas may refer to each other in a long row.
        let mut queue = vec![schema];
        while let Some(schema) = queue.pop() {
            if !self.seen.insert((schema.owner.clone(), schema.key)) {
                continue;
            }
            self.owners.extend(schema.owner.clone());
            let owner = schema.owner.as_deref();
            match reader.shape(&schema) {
                Shape::Array(Some(inner)) | Shape::Map(Some(inner)) => {
                    queue.push(reader.read(inner, owner));
                }
                Shape::Object(properties) => {
                    let read = |property: &Property<'a>| reader.read_all(&property.schemas, owner);
                    queue.extend(properties.iter().map(read));
                }
                Shape::Union(union) => queue.extend(union.arms.into_iter().map(|arm| arm.schema)),
                _ => {}
            }
        }
    }
}
