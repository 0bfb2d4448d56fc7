import type { Component } from 'vue'
import { can } from '@/app/session'

/** Something the customer page shows. The component takes the customer's id as its property `customer`. */
export interface CustomerPart {
  /** Its name: unique in its place, and what the address says of a tab (`?tab=`). */
  key: string
  /** Position from the front; what comes with the page itself stands at 10, 20, 30 … */
  order: number
  /** Without this grant it does not exist for the reader. */
  permission?: string
  component: () => Promise<{ default: Component }>
}

/** A view of its own beside the timeline. */
export interface CustomerTab extends CustomerPart {
  /** Catalogue key. */
  label: string
}

/** What a module's `customer.ts` exports by default: each a list of parts for one place of the customer page. */
export interface CustomerParts {
  /** Short marks beside the name: tags, a tier, an open complaint. */
  marks?: CustomerPart[]
  /** What must be seen before anything else, over the whole width under the header. */
  strips?: CustomerPart[]
  /** One figure each, side by side: made of a FactTile. */
  tiles?: CustomerPart[]
  /** Sections of who the customer is: a column on the page, a tab beside the list. */
  panels?: CustomerPart[]
  /** Whole views: orders, points. */
  tabs?: CustomerTab[]
}

export function defineCustomerParts(parts: CustomerParts): CustomerParts {
  return parts
}

const files = import.meta.glob<CustomerParts>('../*/customer.ts', { eager: true, import: 'default' })

/** Every module's parts for one place that the reader may see, in order. A module joins the page by having a `customer.ts`. */
export function customerParts<Place extends keyof CustomerParts>(place: Place): NonNullable<CustomerParts[Place]> {
  const all = Object.values(files).flatMap((parts): CustomerPart[] => parts[place] ?? [])
  return all.filter((part) => can(part.permission)).sort((a, b) => a.order - b.order) as NonNullable<CustomerParts[Place]>
}
