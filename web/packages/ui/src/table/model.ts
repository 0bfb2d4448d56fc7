import type { Ref } from 'vue'

/** A column of a DataTable. The cell is `text(row)` unless the slot `cell-<id>` draws it. */
export interface Column<Row> {
  id: string
  label: string
  /** A CSS grid track: `120px`, `minmax(0, 2fr)`. */
  width: string
  align?: 'start' | 'end'
  text?: (row: Row) => string
  /** Cannot be hidden. */
  fixed?: boolean
  /** Hidden until chosen. */
  optional?: boolean
  /** The list can be sorted by it: which way it goes when it is first chosen. */
  sort?: 'asc' | 'desc'
}

/** What a list is sorted by: a column's id, and which way. */
export interface Sorting {
  by: string
  order: 'asc' | 'desc'
}

/** Something the list can be narrowed by. */
export interface Filter {
  id: string
  label: string
  kind: 'select' | 'text' | 'date'
  options?: readonly { value: string; label: string }[]
}

export type FilterValues = Record<string, string>

/** Keeps only filters that hold something and that the table knows. */
export function cleanFilters(values: FilterValues, filters: readonly Filter[]): FilterValues {
  return Object.fromEntries(filters.flatMap(({ id }) => (values[id] ? [[id, values[id]]] : [])))
}

/** The words of a filter's value, as its chip shows them. */
export function filterWords(filter: Filter, value: string): string {
  return filter.kind === 'select' ? (filter.options?.find((option) => option.value === value)?.label ?? value) : value
}

/** A list of the server as a table takes it: what `useList` and `useAll` give. */
export interface TableList<Row> {
  rows: Readonly<Ref<readonly Row[]>>
  loading: Readonly<Ref<boolean>>
  error: Readonly<Ref<unknown>>
  refetch: () => void
  /** Only of a list that comes page by page. */
  hasMore?: Readonly<Ref<boolean>>
  loadingMore?: Readonly<Ref<boolean>>
  more?: () => void
}
