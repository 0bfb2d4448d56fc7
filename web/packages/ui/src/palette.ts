import type { Component } from 'vue'

/** Something the command palette can do or open. */
export interface Command {
  id: string
  label: string
  /** Other words it is found by: pinyin, initials, English. */
  also?: string
  group: string
  icon?: Component
  keys?: string
  /** What was searched for, marked in the label. */
  mark?: string
  run: () => void
}

/** Ranks commands for a query: beginnings before insides, labels before other words. Lower is better. */
export function rank(command: Command, query: string): number | undefined {
  const q = query.trim().toLowerCase()
  if (!q) return 0
  const label = command.label.toLowerCase()
  const also = (command.also ?? '').toLowerCase()
  if (label.startsWith(q)) return 0
  if (label.includes(q)) return 1
  if (also.split(/\s+/).some((word) => word.startsWith(q))) return 2
  return also.includes(q) ? 3 : undefined
}

/** The commands that answer a query, best first, in their given order within a rank. */
export function matching(commands: readonly Command[], query: string): Command[] {
  return commands
    .flatMap((command) => {
      const place = rank(command, query)
      return place === undefined ? [] : [{ command, place }]
    })
    .sort((a, b) => a.place - b.place)
    .map(({ command }) => command)
}
