//! Which operations a difference reaches.

use std::collections::{BTreeSet, HashMap};

use super::{Engine, Owner};

impl Engine<'_> {
    /// For every change the operations that it reaches, by number.
    pub fn reached(&self) -> Vec<BTreeSet<usize>> {
        // Only pairs that lead to a change are worth walking.
        let mut outside: Vec<Vec<usize>> = vec![Vec::new(); self.pairs.len()];
        for (parent, inside) in self.inside.iter().enumerate() {
            for child in inside {
                if let Some(outside) = outside.get_mut(*child) {
                    outside.push(parent);
                }
            }
        }
        let mut changes: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut reached = vec![BTreeSet::new(); self.changes.len()];
        let mut leads = vec![false; self.pairs.len()];
        let mut queue = Vec::new();
        for (index, (_, owners)) in self.changes.iter().enumerate() {
            for owner in owners {
                match owner {
                    Owner::Operation(operation) => {
                        if let Some(reached) = reached.get_mut(index) {
                            reached.insert(*operation);
                        }
                    }
                    Owner::Pair(pair) => {
                        changes.entry(*pair).or_default().push(index);
                        queue.push(*pair);
                    }
                }
            }
        }
        while let Some(pair) = queue.pop() {
            match leads.get_mut(pair) {
                Some(known) if !*known => *known = true,
                _ => continue,
            }
            queue.extend(outside.get(pair).into_iter().flatten());
        }
        let mut seen = vec![usize::MAX; self.pairs.len()];
        for (operation, roots) in self.roots.iter().enumerate() {
            let mut queue = roots.clone();
            while let Some(pair) = queue.pop() {
                if leads.get(pair) != Some(&true) {
                    continue;
                }
                match seen.get_mut(pair) {
                    Some(last) if *last != operation => *last = operation,
                    _ => continue,
                }
                for change in changes.get(&pair).into_iter().flatten() {
                    if let Some(reached) = reached.get_mut(*change) {
                        reached.insert(operation);
                    }
                }
                queue.extend(self.inside.get(pair).into_iter().flatten());
            }
        }
        reached
    }
}
