//! Where things are: the root of a walk, and what contains it.

use super::super::ask::ask;
use super::Run;
use crate::model::{Named, ScopeKind};
use rolecall::foundry::types::{Folder, FolderType};
use rolecall::{Error, Kind};
use std::sync::Arc;

/// Deeper than this nothing is: a chain of parents that goes on is one that goes round.
const DEEPEST: usize = 64;

/// A space, a project, a folder or a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node {
    pub(super) kind: ScopeKind,
    pub(super) rid: String,
    pub(super) path: String,
    /// The RID of what contains it.
    pub(super) parent: Option<String>,
}

impl Node {
    pub(super) fn is_container(&self) -> bool {
        matches!(
            self.kind,
            ScopeKind::Space | ScopeKind::Project | ScopeKind::Folder
        )
    }

    /// Something that contains others, of which nothing is known.
    pub(super) fn unknown() -> Self {
        Self {
            kind: ScopeKind::Other("unknown".to_owned()),
            rid: String::new(),
            path: String::new(),
            parent: None,
        }
    }

    pub(super) fn named(&self) -> Named {
        Named {
            id: self.rid.clone(),
            name: Some(self.path.clone()).filter(|path| !path.is_empty()),
        }
    }
}

/// Where a walk begins.
pub(super) struct Root {
    pub(super) node: Node,
    /// What contains it, the outermost first.
    pub(super) above: Vec<Arc<Node>>,
    /// Whether that is all of it.
    pub(super) is_whole: bool,
}

/// The node of a RID, and what contains it.
pub(super) async fn root(run: &Run, rid: &str) -> Result<Root, Error> {
    let node = match ask(&run.pace, run.client.get_folder().folder_rid(rid).send()).await {
        Ok(found) => of_folder(found.value),
        // It is no folder, but may be something else.
        Err(error) if matches!(error.kind(), Kind::InvalidRequest | Kind::NotFound) => {
            let call = run.client.get_resource().resource_rid(rid);
            let found = ask(&run.pace, call.send()).await?.value;
            Node {
                kind: ScopeKind::Resource,
                rid: found.rid,
                path: found.path,
                parent: Some(found.parent_folder_rid),
            }
        }
        Err(error) => return Err(error),
    };
    let (mut above, mut is_whole) = (Vec::new(), true);
    let mut parent = node.parent.clone();
    while let Some(rid) = parent.take()
        && above.len() < DEEPEST
    {
        match ask(&run.pace, run.client.get_folder().folder_rid(&rid).send()).await {
            Ok(found) => {
                let node = of_folder(found.value);
                parent.clone_from(&node.parent);
                above.push(Arc::new(node));
            }
            // What cannot be seen is not read; the second list of the root tells what it has from there.
            Err(_) => is_whole = false,
        }
    }
    above.reverse();
    is_whole &= parent.is_none();
    Ok(Root {
        node,
        above,
        is_whole,
    })
}

fn of_folder(folder: Folder) -> Node {
    let kind = match folder.type_ {
        FolderType::Space => ScopeKind::Space,
        FolderType::Project => ScopeKind::Project,
        _ => ScopeKind::Folder,
    };
    Node {
        // A space is at the top.
        parent: (kind != ScopeKind::Space).then_some(folder.parent_folder_rid),
        kind,
        rid: folder.rid,
        path: folder.path,
    }
}
