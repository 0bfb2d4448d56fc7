import type { Unit } from '@zhike/api'

/** A unit with its place in the drawn tree. */
export interface Branch {
  unit: Unit
  depth: number
}

/** The units as lines, each under its parent, names in order. A unit whose parent is out of reach stands at the top. */
export function drawTree(units: readonly Unit[], locale: string): Branch[] {
  const known = new Set(units.map(({ id }) => id))
  const children = new Map<string | null, Unit[]>()
  for (const unit of units) {
    const parent = unit.parent_id !== null && known.has(unit.parent_id) ? unit.parent_id : null
    children.set(parent, [...(children.get(parent) ?? []), unit])
  }
  const lines: Branch[] = []
  const walk = (parent: string | null, depth: number) => {
    for (const unit of (children.get(parent) ?? []).sort((a, b) => a.name.localeCompare(b.name, locale))) {
      lines.push({ unit, depth })
      walk(unit.id, depth + 1)
    }
  }
  walk(null, 0)
  return lines
}

/** Where a unit may be moved: anywhere but under itself. */
export function possibleParents(units: readonly Unit[], id: string): Unit[] {
  const below = new Set([id])
  for (let grown = true; grown; ) {
    grown = false
    for (const unit of units) {
      if (unit.parent_id !== null && below.has(unit.parent_id) && !below.has(unit.id)) {
        below.add(unit.id)
        grown = true
      }
    }
  }
  return units.filter((unit) => !below.has(unit.id))
}
