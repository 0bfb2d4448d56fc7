import type { CustomerView } from '@zhike/api'
import { useOne } from '@/lib/resource'

/** One customer, as far as one may see them; the parts of a page share one answer. */
export const useCustomer = (id: () => string) => useOne<CustomerView>('/customers/{id}', id)
