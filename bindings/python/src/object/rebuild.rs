//! Makes the containers anew that hold something new, and leaves all others as they are.

use super::walk::{Kind, Node, Walk};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

/// The result; `value` itself when nothing is new.
pub(super) fn rebuild<'py>(
    py: Python<'py>,
    walk: &mut Walk,
    value: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let Walk { nodes, replaced, .. } = walk;
    for &index in replaced.iter() {
        if let Some(node) = nodes.get_mut(index as usize).filter(|node| node.new.is_none()) {
            node.new = Some(node.object.clone_ref(py));
        }
    }
    mark(nodes);
    // What a container holds stands behind it, so it is ready.
    for index in (0..nodes.len()).rev() {
        if nodes.get(index).is_some_and(|node| node.dirty) {
            let new = container(py, nodes, index)?;
            if let Some(node) = nodes.get_mut(index) {
                node.new = Some(new);
            }
        }
    }
    let root = nodes.first_mut().and_then(|root| root.new.take());
    Ok(root.map_or_else(|| value.clone(), |new| new.into_bound(py)))
}

/// Containers around something new are dirty.
fn mark(nodes: &mut [Node]) {
    for index in 1..nodes.len() {
        let mut at = index;
        while let Some(parent) =
            nodes.get(at).filter(|node| node.new.is_some() || node.dirty).map(|node| node.parent as usize)
        {
            match nodes.get_mut(parent) {
                Some(container) if !container.dirty => container.dirty = true,
                _ => break,
            }
            at = parent;
        }
    }
}

/// A subclass becomes the plain type, but for named tuples.
fn container(py: Python<'_>, nodes: &[Node], index: usize) -> PyResult<Py<PyAny>> {
    let Some(node) = nodes.get(index) else { return Ok(py.None()) };
    let values = children(nodes, index).map(|child| child.new.as_ref().unwrap_or(&child.object));
    Ok(match node.kind {
        Kind::Dict => {
            let dict = PyDict::new(py);
            for (child, value) in children(nodes, index).zip(values) {
                dict.set_item(&child.key, value)?;
            }
            dict.into_any().unbind()
        }
        Kind::Tuple => {
            let values: Vec<_> = values.collect();
            let class = node.object.bind(py).get_type();
            match class.getattr("_make") {
                Ok(make) if !class.is(py.get_type::<PyTuple>()) => make.call1((values,))?.unbind(),
                _ => PyTuple::new(py, values)?.into_any().unbind(),
            }
        }
        _ => PyList::new(py, values.collect::<Vec<_>>())?.into_any().unbind(),
    })
}

/// What a container holds itself.
fn children(nodes: &[Node], index: usize) -> impl Iterator<Item = &Node> {
    let end = nodes.get(index).map_or(0, |node| node.end as usize);
    let mut at = index + 1;
    std::iter::from_fn(move || {
        let node = nodes.get(at).filter(|_| at < end)?;
        at = node.end as usize;
        Some(node)
    })
}
