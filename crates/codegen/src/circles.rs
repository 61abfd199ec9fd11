//! Which nodes of a graph lie in a circle together.

/// The strongly connected parts of a graph: nodes from each of which a way leads to all the others, in ascending order. A
/// part comes after those that its edges lead to. (Tarjan 1972, without recursion: a way may be as long as a document.)
pub fn parts(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let mut number = vec![UNSEEN; edges.len()];
    let mut lowest = vec![UNSEEN; edges.len()];
    let mut open = vec![false; edges.len()];
    let (mut stack, mut parts, mut next) = (Vec::new(), Vec::new(), 0);
    for start in 0..edges.len() {
        let mut way = Vec::from_iter((number[start] == UNSEEN).then_some((start, 0)));
        while let Some((node, edge)) = way.pop() {
            if edge == 0 {
                (number[node], lowest[node], open[node]) = (next, next, true);
                next += 1;
                stack.push(node);
            }
            match edges[node].get(edge) {
                Some(target) => {
                    way.push((node, edge + 1));
                    if number[*target] == UNSEEN {
                        way.push((*target, 0));
                    } else if open[*target] {
                        lowest[node] = lowest[node].min(number[*target]);
                    }
                }
                None => {
                    if let Some((user, _)) = way.last() {
                        lowest[*user] = lowest[*user].min(lowest[node]);
                    }
                    if lowest[node] == number[node] {
                        let first = stack.iter().rposition(|other| *other == node);
                        let mut part = stack.split_off(first.unwrap_or_default());
                        part.iter().for_each(|node| open[*node] = false);
                        part.sort_unstable();
                        parts.push(part);
                    }
                }
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::parts;

    #[test]
    fn parts_come_after_what_they_lead_to() {
        let edges = [vec![1], vec![2, 4], vec![3], vec![1], vec![4], vec![]];
        let expected = [vec![4], vec![1, 2, 3], vec![0], vec![5]];
        assert_eq!(parts(&edges), expected);
    }

    #[test]
    fn a_long_way_needs_no_stack() {
        let edges: Vec<Vec<usize>> = (0..200_000)
            .map(|node| vec![(node + 1) % 200_000])
            .collect();
        assert_eq!(parts(&edges).len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn as_by_trying_every_way(edges in prop::collection::vec(prop::collection::vec(0..8usize, 0..4), 8)) {
            let mut reaches = [[false; 8]; 8];
            for (node, targets) in edges.iter().enumerate() {
                reaches[node][node] = true;
                targets.iter().for_each(|target| reaches[node][*target] = true);
            }
            let pairs = || (0..8usize).flat_map(|from| (0..8usize).map(move |to| (from, to)));
            for middle in 0..8 {
                for (from, to) in pairs() {
                    reaches[from][to] |= reaches[from][middle] && reaches[middle][to];
                }
            }
            let found = parts(&edges);
            let at = |node| found.iter().position(|part| part.contains(&node)).unwrap();
            for (from, to) in pairs() {
                prop_assert_eq!(at(from) == at(to), reaches[from][to] && reaches[to][from]);
                prop_assert!(!reaches[from][to] || at(from) >= at(to));
            }
        }
    }
}
